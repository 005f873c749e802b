package data

import "testing"

func TestTypeOf(t *testing.T) {
	dose := []StatedDose{{}}
	tests := func(kinds ...TestKind) (all []StatedTest) {
		for _, k := range kinds {
			all = append(all, StatedTest{Kind: k})
		}
		return all
	}
	for _, tt := range []struct {
		st   Statement
		want CertificateType
	}{
		{Statement{}, CertificateComprehensive},
		{Statement{Tests: tests(NucleicAcid, Antigen)}, CertificateTests},
		{Statement{Tests: tests(SerumIgM, SerumIgMN, SerumIgG)}, CertificateAntibody},
		{Statement{Doses: dose}, CertificateVaccination},
		{Statement{Tests: tests(NucleicAcid, SerumIgMN)}, CertificateComprehensive},
		{Statement{Tests: tests(NucleicAcid), Doses: dose}, CertificateComprehensive},
		{Statement{Tests: tests(SerumIgG), Doses: dose}, CertificateComprehensive},
	} {
		if got := TypeOf(tt.st); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.st, got, tt.want)
		}
	}
}

// A certificate of every type but the comprehensive one has something of its
// own, and what it has is what a statement of the type holds.
func TestTypesHaveTheirParts(t *testing.T) {
	for _, typ := range CertificateTypes {
		var st Statement
		for _, kind := range TestKinds {
			if typ.HasTest(kind) {
				st.Tests = append(st.Tests, StatedTest{Kind: kind})
			}
		}
		if typ.HasDoses() {
			st.Doses = []StatedDose{{}}
		}
		if got := TypeOf(st); got != typ {
			t.Errorf("all of %s is %s", typ, got)
		}
	}
	if CertificateType("").OrComprehensive() != CertificateComprehensive || !CertificateType("").HasDoses() || !CertificateType("").HasTest(SerumIgG) {
		t.Error("no type is not comprehensive")
	}
}
