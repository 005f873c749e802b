package data

import (
	"slices"
	"time"
)

// Colour is the outcome a certificate shows.
type Colour string

// CertificateType is what a certificate is about; also the codes of the list "types".
type CertificateType string

// The values of [CertificateType].
const (
	CertificateComprehensive CertificateType = "comprehensive" // whatever there is
	CertificateTests         CertificateType = "tests"         // of the virus: nucleic acid, antigen
	CertificateAntibody      CertificateType = "antibody"
	CertificateVaccination   CertificateType = "vaccination"
)

// CertificateTypes are all types, in the order to choose from.
var CertificateTypes = []CertificateType{CertificateComprehensive, CertificateTests, CertificateAntibody, CertificateVaccination}

// OrComprehensive is t, or the type of what names none.
func (t CertificateType) OrComprehensive() CertificateType {
	if t == "" {
		return CertificateComprehensive
	}
	return t
}

// HasTest reports whether tests of that kind belong to certificates of the type.
func (t CertificateType) HasTest(kind TestKind) bool {
	switch t.OrComprehensive() {
	case CertificateComprehensive:
		return true
	case CertificateTests:
		return !kind.Antibody()
	case CertificateAntibody:
		return kind.Antibody()
	}
	return false
}

// HasDoses reports whether doses belong to certificates of the type.
func (t CertificateType) HasDoses() bool {
	t = t.OrComprehensive()
	return t == CertificateComprehensive || t == CertificateVaccination
}

// TypeOf is the narrowest type that everything in a statement belongs to. It
// follows from what is sealed, so the seal need not say it.
func TypeOf(st Statement) CertificateType {
	if len(st.Tests)+len(st.Doses) == 0 {
		return CertificateComprehensive
	}
	for _, t := range []CertificateType{CertificateTests, CertificateAntibody, CertificateVaccination} {
		if (len(st.Doses) == 0 || t.HasDoses()) &&
			!slices.ContainsFunc(st.Tests, func(test StatedTest) bool { return !t.HasTest(test.Kind) }) {
			return t
		}
	}
	return CertificateComprehensive
}

// The values of [Colour]. A certificate is green or blue; the others are those
// of a [Decision].
const (
	Green  Colour = "green"
	Blue   Colour = "blue"   // good only together with a named last test
	Yellow Colour = "yellow" // followed up
	Orange Colour = "orange" // followed up closely
	Red    Colour = "red"    // refused
)

// LastTest is the test without which a blue certificate is not good.
type LastTest struct {
	Kind  TestKind `json:"kind"`
	Hours int      `json:"hours"` // sampled within so many hours before departure
}

// Window reasons: why the medical window is what it is.
const (
	WindowJourney = "journey" // for one journey: up to its departure, or the end of that day
	WindowTests   = "tests"   // as long as the tests count by the post's notice
)

// Statement is what a certificate says, complete and for good: the one
// snapshot that is sealed, printed and read back. Nothing in it is looked up
// later. Two statements are the same if [reflect.DeepEqual] says so.
type Statement struct {
	Practice   bool              `json:"practice"`
	Number     CertificateNumber `json:"number"`
	Issuer     string            `json:"issuer"` // ISO 3166-1 alpha-2 of the issuing state
	Surname    string            `json:"surname,omitempty"`
	GivenNames string            `json:"givenNames,omitempty"`
	NativeName string            `json:"nativeName,omitempty"`
	Birth      Date              `json:"birth"`
	Sex        Sex               `json:"sex"`
	// Nationality and DocumentIssuer are ICAO 9303-3 codes.
	Nationality     string       `json:"nationality"`
	DocumentKind    DocumentKind `json:"documentKind"`
	DocumentIssuer  string       `json:"documentIssuer"`
	DocumentNumber  string       `json:"documentNumber"`
	DocumentExpires Date         `json:"documentExpires"`

	Tests []StatedTest `json:"tests,omitempty"`
	Doses []StatedDose `json:"doses,omitempty"`

	// The three dates: issue, the medical window and why it is that, and the
	// day until which the seal can be checked.
	Issued     Moment `json:"issued"`
	ValidFrom  Moment `json:"validFrom"`
	ValidUntil Moment `json:"validUntil"`
	Window     string `json:"window"`
	Expires    Moment `json:"expires"`

	// Replaces is the number of the certificate this one corrects, which was
	// revoked in the transaction that issued this one.
	Replaces CertificateNumber `json:"replaces,omitempty"`

	Colour Colour `json:"colour"`
	// LastTest is there if Colour is blue, and only then.
	LastTest LastTest `json:"lastTest,omitzero"`
	// Notice and NoticeVersion name the requirements it was assessed by; none
	// where the post had none in force.
	Notice        string `json:"notice,omitempty"`
	NoticeVersion int    `json:"noticeVersion,omitempty"`
	// PreparedBy and ApprovedBy are the officers' marks.
	PreparedBy string `json:"preparedBy"`
	ApprovedBy string `json:"approvedBy"`
}

// StatedTest is a test as a certificate states it.
type StatedTest struct {
	Kind       TestKind `json:"kind"`
	Specimen   string   `json:"specimen"`
	Method     string   `json:"method"`
	Laboratory string   `json:"laboratory"` // its seal name
	Sampled    Moment   `json:"sampled"`
	Analysed   Moment   `json:"analysed,omitzero"`
	Reported   Moment   `json:"reported"`
	Result     Result   `json:"result"`
}

// StatedDose is a dose as a certificate states it.
type StatedDose struct {
	Date    Date   `json:"date"`
	Product string `json:"product"`
	Lot     string `json:"lot"`
	Country string `json:"country"`
	Place   string `json:"place,omitempty"`
}

// StatementOf is the part of a statement that the content decides by itself:
// who, which document, which tests and doses. A test whose laboratory is not in
// the list has none in the statement either.
func StatementOf(c Content, laboratories []Laboratory) Statement {
	c = c.Pinned()
	t, d := c.Traveller, c.Document
	st := Statement{
		Surname: t.Surname, GivenNames: t.GivenNames, NativeName: t.NativeName,
		Birth: t.Birth, Sex: t.Sex, Nationality: t.Nationality,
		DocumentKind: d.Kind, DocumentIssuer: d.Issuer, DocumentNumber: d.Number, DocumentExpires: d.Expires,
	}
	for _, test := range c.Tests {
		name := ""
		if i := slices.IndexFunc(laboratories, func(l Laboratory) bool { return l.ID == test.Laboratory }); i >= 0 {
			name = laboratories[i].SealName
		}
		st.Tests = append(st.Tests, StatedTest{
			Kind: test.Kind, Specimen: test.Specimen, Method: test.Method, Laboratory: name,
			Sampled: test.Sampled.Sealed(), Analysed: test.Analysed.Sealed(), Reported: test.Reported.Sealed(), Result: test.Result,
		})
	}
	for _, dose := range c.Doses {
		st.Doses = append(st.Doses, StatedDose(dose))
	}
	return st
}

// Laboratories are the names of those that examined the tests, in their order.
func (st Statement) Laboratories() (names []string) {
	for _, t := range st.Tests {
		names = append(names, t.Laboratory)
	}
	return names
}

// Phase of a certificate's record.
type Phase string

// The phases. A record is stored as Issuing, with its number, before anything
// is signed; a crash in between leaves it there, and the next start finishes
// or voids it.
const (
	PhaseIssuing Phase = "issuing"
	PhaseIssued  Phase = "issued"
	PhaseVoid    Phase = "void" // the number is spent and was never signed for anyone
)

// Certificate is the stored record of a certificate.
type Certificate struct {
	Number      CertificateNumber `json:"number"`
	Application ApplicationID     `json:"application"`
	Phase       Phase             `json:"phase"`
	Statement   Statement         `json:"statement"`
	// Year and Sequence count the post's certificates without a gap. They are
	// stored and audited, never printed: they would tell how many there are.
	Year       int       `json:"year"`
	Sequence   int       `json:"sequence"`
	Preparer   OfficerID `json:"preparer"`
	Approver   OfficerID `json:"approver"`
	Seal       string    `json:"seal,omitempty"` // the text of the QR
	IssuedAt   time.Time `json:"issuedAt,omitzero"`
	Prints     []Print   `json:"prints,omitempty"`
	HandedOver time.Time `json:"handedOver,omitzero"`
	// Further is what the further seals are made from, and FurtherSeals what was
	// made of it. All carry the number, and a revocation revokes all.
	Further      FurtherRecord `json:"further,omitzero"`
	FurtherSeals []FurtherSeal `json:"furtherSeals,omitempty"`
	Solo         bool          `json:"solo,omitempty"` // one officer prepared and approved it, see [Solo]
	// Erased is when everything that described a person was taken out of the
	// record. Number, sequence and revocation stay.
	Erased time.Time `json:"erased,omitzero"`
	// Revoked is there for good once it is there.
	Revoked *Revocation `json:"revoked,omitempty"`
}

// Revocation says that a certificate no longer counts, since when and why. It
// is never taken back and nothing is deleted by it.
type Revocation struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"` // list "revocations"
	Note   string    `json:"note,omitempty"`
	// Officer and Second are the two who did it.
	Officer OfficerID `json:"officer"`
	Second  OfficerID `json:"second"`
	// ReplacedBy is the certificate that was issued instead, if one was.
	ReplacedBy CertificateNumber `json:"replacedBy,omitempty"`
}

// Reasons of a revocation that the program itself gives or looks for.
const (
	RevokedReplaced = "replaced" // corrected by another certificate
	RevokedFraud    = "fraud"
	RevokedLastTest = "last-test" // a blue one, whose last test was abnormal
)

// Print is one sheet of paper that a printer reported as printed.
type Print struct {
	Copy    int       `json:"copy"` // from 1
	Officer OfficerID `json:"officer"`
	Queue   string    `json:"queue"`
	Job     string    `json:"job"`
	At      time.Time `json:"at"`
}
