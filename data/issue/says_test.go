package issue

import (
	"errors"
	"testing"

	"pratique/data"
	"pratique/data/keys"
)

// TestSealSaysTheRecord: a seal that reads back as something else than what is
// recorded leaves neither the rehearsal nor the signer.
func TestSealSaysTheRecord(t *testing.T) {
	_, signer, err := keys.MakePractice(data.Post{Code: "PR", Country: "UT", StateName: map[string]string{"en": "Utopia"}}, benchNow)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*data.Statement)
		want   error
	}{
		"the same": {func(*data.Statement) {}, nil},
		"name":     {func(st *data.Statement) { st.Surname = "MUSTER" }, ErrRehearsal},
		"result":   {func(st *data.Statement) { st.Tests[2].Result = data.Positive }, ErrRehearsal},
		"end":      {func(st *data.Statement) { st.ValidUntil.Wall = "2022-07-11T23:59" }, ErrRehearsal},
		"number":   {func(st *data.Statement) { st.Number = "" }, ErrRehearsal},
		"practice": {func(st *data.Statement) { st.Practice = false }, ErrRehearsal},
	} {
		record := specimen(t)
		tt.change(&record)
		d := certificateDraft(specimen(t))
		d.says = certificateDraft(record).says
		if text, err := signAndCheck(signer, signer.Certificate, d, false); !errors.Is(err, tt.want) || (text == "") != (tt.want != nil) {
			t.Errorf("%s: sealed %q, %v", name, text, err)
		}
		if _, err := rehearse(record, data.FurtherRecord{}, []draft{d}); !errors.Is(err, tt.want) {
			t.Errorf("%s: rehearsed, %v", name, err)
		}
	}
}
