package pdfgen

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// A text is one printed thing in the two languages of the paper.
type text struct{ En, Zh string }

// both sets the two beside each other, once where they are the same.
func (t text) both() string {
	switch {
	case t.En == t.Zh, t.Zh == "":
		return t.En
	case t.En == "":
		return t.Zh
	}
	return t.En + " " + t.Zh
}

// A key names a piece of printed wording.
type key string

// All wording of the paper. The file wording/certificate.json has these keys
// and no other, each in both languages.
const (
	kTitle  key = "title"
	kNumber key = "number"
	kCopy   key = "copy"

	kHolder      key = "holder"
	kNativeName  key = "nativeName"
	kSurname     key = "surname"
	kGivenNames  key = "givenNames"
	kBirth       key = "birth"
	kSex         key = "sex"
	kSexM        key = "sex.M"
	kSexF        key = "sex.F"
	kSexX        key = "sex.X"
	kNationality key = "nationality"

	kDocument        key = "document"
	kDocumentKind    key = "documentKind"
	kDocumentNumber  key = "documentNumber"
	kDocumentIssuer  key = "documentIssuer"
	kDocumentExpires key = "documentExpires"

	kTests      key = "tests"
	kTimes      key = "times"
	kTest       key = "test"
	kSampled    key = "sampled"
	kAnalysed   key = "analysed"
	kReported   key = "reported"
	kLaboratory key = "laboratory"
	kResult     key = "result"

	kDoses   key = "doses"
	kDate    key = "date"
	kProduct key = "product"
	kLot     key = "lot"
	kPlace   key = "place"

	kNone key = "none"
	kEnd  key = "end"

	kDecision       key = "decision"
	kColourGreen    key = "colour.green"
	kConditionGreen key = "condition.green"
	kIssued         key = "issued"
	kWindow         key = "window"
	kFrom           key = "from"
	kUntil          key = "until"
	kWindowJourney  key = "window.journey"
	kExpires        key = "expires"
	kExpiresNote    key = "expires.note"

	kCheck       key = "check"
	kCheckText   key = "check.text"
	kAnchor      key = "anchor"
	kPrivacy     key = "privacy"
	kPrivacyText key = "privacy.text"
	kStamp       key = "stamp"
	kSignature   key = "signature"

	kValidity key = "validity"
	kIssuer   key = "issuer"
	kHotline  key = "hotline"
	kPrepared key = "prepared"
	kApproved key = "approved"

	kPractice      key = "practice"
	kPracticeText  key = "practice.text"
	kNotAccredited key = "notAccredited"
	kSoftware      key = "software"

	kSpecimen    key = "specimen"
	kProof       key = "proof"
	kProofText   key = "proof.text"
	kAgreed      key = "agreed"
	kTraveller   key = "traveller"
	kPreview     key = "preview"
	kPreviewText key = "preview.text"
)

var allKeys = []key{
	kTitle, kNumber, kCopy,
	kHolder, kNativeName, kSurname, kGivenNames, kBirth, kSex, kSexM, kSexF, kSexX, kNationality,
	kDocument, kDocumentKind, kDocumentNumber, kDocumentIssuer, kDocumentExpires,
	kTests, kTimes, kTest, kSampled, kAnalysed, kReported, kLaboratory, kResult,
	kDoses, kDate, kProduct, kLot, kPlace, kNone, kEnd,
	kDecision, kColourGreen, kConditionGreen, kIssued, kWindow, kFrom, kUntil, kWindowJourney, kExpires, kExpiresNote,
	kCheck, kCheckText, kAnchor, kPrivacy, kPrivacyText, kStamp, kSignature,
	kValidity, kIssuer, kHotline, kPrepared, kApproved,
	kPractice, kPracticeText, kNotAccredited, kSoftware,
	kSpecimen, kProof, kProofText, kAgreed, kTraveller, kPreview, kPreviewText,
}

// readWording reads the printed sentences and checks them: every key there,
// none besides, both languages, and every character printable in either weight.
func readWording(assets fs.FS, fonts ...*font) (map[key]text, error) {
	const name = "wording/certificate.json"
	b, err := fs.ReadFile(assets, name)
	if err != nil {
		return nil, err
	}
	var words map[key]text
	if err := json.Unmarshal(b, &words); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var wrong []error
	for _, k := range allKeys {
		t := words[k]
		if t.En == "" || t.Zh == "" {
			wrong = append(wrong, fmt.Errorf("%s: %q is not there in both languages", name, k))
		}
		for _, f := range fonts {
			for _, r := range t.En + t.Zh {
				if !f.has(r) {
					wrong = append(wrong, fmt.Errorf("%s: %q: %w", name, k, &GlyphError{Text: t.both(), Rune: r}))
				}
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(words)) {
		if !slices.Contains(allKeys, k) {
			wrong = append(wrong, fmt.Errorf("%s: %q is never printed", name, k))
		}
	}
	return words, errors.Join(wrong...)
}
