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

// The wording of certificates, in wording/certificate.json.
const (
	kTitle        key = "title"
	kNumber       key = "number"
	kReplaces     key = "replaces"
	kReplacesNote key = "replaces.note"
	kCopy         key = "copy"

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
	kColourBlue     key = "colour.blue"
	kColourYellow   key = "colour.yellow"
	kColourOrange   key = "colour.orange"
	kColourRed      key = "colour.red"
	kConditionGreen key = "condition.green"
	kConditionBlue  key = "condition.blue"
	kConditionBelow key = "condition.below"
	kNotice         key = "notice"
	kIssued         key = "issued"
	kWindow         key = "window"
	kFrom           key = "from"
	kUntil          key = "until"
	kWindowJourney  key = "window.journey"
	kWindowTests    key = "window.tests"
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

	kPractice          key = "practice"
	kPracticeText      key = "practice.text"
	kNotAccredited     key = "notAccredited"
	kNotAccreditedMark key = "notAccredited.mark"
	kSoftware          key = "software"

	kSpecimen    key = "specimen"
	kProof       key = "proof"
	kProofText   key = "proof.text"
	kAgreed      key = "agreed"
	kTraveller   key = "traveller"
	kPreview     key = "preview"
	kPreviewText key = "preview.text"
)

// The wording of the post's own papers, in wording/papers.json.
const (
	kMade key = "made"

	kRecovery        key = "recovery"
	kRecoveryWarning key = "recovery.warning"
	kRecoveryKey     key = "recovery.key"
	kRecoveryNote    key = "recovery.key.note"
	kRecoveryPublic  key = "recovery.public"
	kRecoveryUse     key = "recovery.use"
	kRecoveryUse1    key = "recovery.use.1"
	kRecoveryUse2    key = "recovery.use.2"
	kRecoveryUse3    key = "recovery.use.3"
	kRecoveryUse4    key = "recovery.use.4"

	kCustody    key = "custody"
	kReceivedBy key = "custody.received"
	kKeptBy     key = "custody.kept"
	kKeptWhere  key = "custody.where"
	kSigned     key = "custody.signature"

	kCeremony       key = "ceremony"
	kPost           key = "ceremony.post"
	kPostName       key = "ceremony.name"
	kPostState      key = "ceremony.state"
	kPostCode       key = "ceremony.code"
	kPostKind       key = "ceremony.kind"
	kPostPractice   key = "ceremony.kind.practice"
	kPostReal       key = "ceremony.kind.real"
	kPostLayout     key = "ceremony.layout"
	kAdministrators key = "ceremony.administrators"
	kAdministrator  key = "ceremony.administrator"
	kOfficerName    key = "ceremony.officer"
	kMark           key = "ceremony.mark"
	kSigner         key = "ceremony.signer"
	kSignerPrint    key = "ceremony.signer.fingerprint"
	kSignerValid    key = "ceremony.signer.valid"
	kSignerWork     key = "ceremony.signer.work"
	kAccredited     key = "ceremony.accredited"
	kSecrets        key = "ceremony.secrets"
	kLogKey         key = "ceremony.log"
	kProved         key = "ceremony.proved"
	kWitnessed      key = "ceremony.witnessed"
	kWitness        key = "ceremony.witness"
	kKeep           key = "ceremony.keep"

	kCheckpoint     key = "checkpoint"
	kCheckpointWhat key = "checkpoint.what"
	kCheckpointText key = "checkpoint.text"
	kCheckpointNote key = "checkpoint.text.note"
	kCheckpointUse  key = "checkpoint.use"
	kCheckpointUse1 key = "checkpoint.use.1"
	kCheckpointUse2 key = "checkpoint.use.2"
	kCheckpointUse3 key = "checkpoint.use.3"
	kCheckpointUse4 key = "checkpoint.use.4"
)

// The wording of the pages of further seals, in wording/further.json.
const (
	kFurther               key = "further"
	kFurtherNote           key = "further.note"
	kPage                  key = "further.page"
	kFurtherAll            key = "further.all"
	kFurtherDoses          key = "further.doses"
	kFurtherDose           key = "further.dose"
	kFurtherVDSNC          key = "further.vdsnc"
	kFurtherVDSNCFor       key = "further.vdsnc.for"
	kFurtherVDSNCCheck     key = "further.vdsnc.check"
	kFurtherDCC            key = "further.dcc"
	kFurtherDCCFor         key = "further.dcc.for"
	kFurtherDCCCheck       key = "further.dcc.check"
	kFurtherEncrypted      key = "further.encrypted"
	kFurtherEncryptedFor   key = "further.encrypted.for"
	kFurtherEncryptedCheck key = "further.encrypted.check"
	kReadable              key = "readable"
	kReadableText          key = "readable.text"
	kReadableFor           key = "readable.for"
	kReadableContact       key = "readable.contact"
	kReadablePhone         key = "readable.phone"
	kReadableEmail         key = "readable.email"
	kReadableResident      key = "readable.resident"
	kReadableGuardian      key = "readable.guardian"
	kReadableReports       key = "readable.reports"
	kReadableInfections    key = "readable.infections"
	kReadableTest          key = "readable.test"
	kReadableDose          key = "readable.dose"
	kReadableInfection     key = "readable.infection"
	kReadableJourney       key = "readable.journey"
	kReadableFlight        key = "readable.flight"
	kReadableStays         key = "readable.stays"
	kReadableStay          key = "readable.stay"
	kReadablePapers        key = "readable.papers"
	kReadablePaper         key = "readable.paper"
	kReadableSymptoms      key = "readable.symptoms"
	kReadableExposed       key = "readable.exposed"
	kReadableMedicine      key = "readable.medicine"
	kReadableUnasked       key = "readable.unasked"
	kReadablePerson        key = "readable.person"
	kReadableRemarks       key = "readable.remarks"
	kReadableSigned        key = "readable.signed"
	kReadableYes           key = "readable.yes"
	kReadableNo            key = "readable.no"
)

// The wording of letters, hand-over list and internal sheet, in
// wording/letters.json.
const (
	kLetterReturn               key = "letter.return"
	kLetterHold                 key = "letter.hold"
	kLetterCondition            key = "letter.condition"
	kLetterDecision             key = "letter.decision"
	kLetterNot                  key = "letter.not"
	kLetterCase                 key = "letter.case"
	kLetterReference            key = "letter.reference"
	kLetterName                 key = "letter.name"
	kLetterFlight               key = "letter.flight"
	kLetterRoute                key = "letter.route"
	kLetterDeparts              key = "letter.departs"
	kLetterMark                 key = "letter.mark"
	kLetterReturnWhat           key = "letter.return.what"
	kLetterReturnAt             key = "letter.return.at"
	kLetterReturnUntil          key = "letter.return.until"
	kLetterReturnWhy            key = "letter.return.why"
	kLetterReturnNext           key = "letter.return.next"
	kLetterReturnNext1          key = "letter.return.next.1"
	kLetterReturnNext2          key = "letter.return.next.2"
	kLetterReturnNext3          key = "letter.return.next.3"
	kLetterHoldWhat             key = "letter.hold.what"
	kLetterHoldAt               key = "letter.hold.at"
	kLetterHoldWhy              key = "letter.hold.why"
	kLetterHoldNext1            key = "letter.hold.next.1"
	kLetterHoldNext2            key = "letter.hold.next.2"
	kLetterWhy                  key = "letter.why"
	kLetterNote                 key = "letter.note"
	kLetterYellowWhat           key = "letter.yellow.what"
	kLetterOrangeWhat           key = "letter.orange.what"
	kLetterRedWhat              key = "letter.red.what"
	kLetterDecided              key = "letter.decided"
	kLetterUntil                key = "letter.until"
	kLetterPerson               key = "letter.person"
	kLetterContest              key = "letter.contest"
	kLetterContest1             key = "letter.contest.1"
	kLetterContest2             key = "letter.contest.2"
	kLetterContest3             key = "letter.contest.3"
	kLetterContestWhere         key = "letter.contest.where"
	kLetterContestBy            key = "letter.contest.by"
	kLetterContested            key = "letter.contested"
	kLetterContestedAt          key = "letter.contested.at"
	kLetterContestedDecided     key = "letter.contested.decided"
	kLetterContestedStands      key = "letter.contested.stands"
	kLetterContestedOpen        key = "letter.contested.open"
	kLetterBlueWhat             key = "letter.blue.what"
	kLetterTest                 key = "letter.test"
	kLetterTestEarliest         key = "letter.test.earliest"
	kLetterTestUntil            key = "letter.test.until"
	kLetterTestLatest           key = "letter.test.latest"
	kLetterTestNext             key = "letter.test.next"
	kLetterTestNext1            key = "letter.test.next.1"
	kLetterTestNext2            key = "letter.test.next.2"
	kLetterTestNext3            key = "letter.test.next.3"
	kLetterTestNext4            key = "letter.test.next.4"
	kLetterTestSeen             key = "letter.test.seen"
	kLetterTestBy               key = "letter.test.by"
	kLetterHotline              key = "letter.hotline"
	kLetterSay                  key = "letter.say"
	kHandOver                   key = "handover"
	kHandOverWhat               key = "handover.what"
	kHandOverPort               key = "handover.port"
	kHandOverFrom               key = "handover.from"
	kHandOverUntil              key = "handover.until"
	kHandOverCount              key = "handover.count"
	kHandOverFile               key = "handover.file"
	kHandOverColour             key = "handover.colour"
	kHandOverNone               key = "handover.none"
	kHandOverRisk               key = "handover.risk"
	kHandOverRevoked            key = "handover.revoked"
	kHandOverNotes              key = "handover.notes"
	kHandOverPage               key = "handover.page"
	kHandOverDelivered          key = "handover.delivered"
	kHandOverReceived           key = "handover.received"
	kRiskLow                    key = "risk.low"
	kRiskMedium                 key = "risk.medium"
	kRiskHigh                   key = "risk.high"
	kInternal                   key = "internal"
	kInternalMark               key = "internal.mark"
	kInternalWarning            key = "internal.warning"
	kInternalPrepared           key = "internal.prepared"
	kInternalReviewed           key = "internal.reviewed"
	kInternalFindings           key = "internal.findings"
	kInternalPass               key = "internal.pass"
	kInternalFail               key = "internal.fail"
	kInternalUnasked            key = "internal.unasked"
	kInternalOpen               key = "internal.open"
	kUnitHours                  key = "unit.hours"
	kUnitDays                   key = "unit.days"
	kUnitMonths                 key = "unit.months"
	kUnitYears                  key = "unit.years"
	kInternalOverride           key = "internal.override"
	kInternalOverrideWhat       key = "internal.override.what"
	kInternalOverrideBy         key = "internal.override.by"
	kInternalOverrideAuthoriser key = "internal.override.authoriser"
	kInternalChecks             key = "internal.checks"
	kInternalCase               key = "internal.case"
	kInternalAt                 key = "internal.at"
	kInternalLifted             key = "internal.lifted"
	kInternalContested          key = "internal.contested"
	kInternalGrounds            key = "internal.grounds"
	kInternalUntil              key = "internal.until"
	kInternalNone               key = "internal.none"
	kInternalReason             key = "internal.reason"
	kInternalDecisions          key = "internal.decisions"
	kInternalSigned             key = "internal.signed"
)

// wordings are the files and the keys each has: these and no other, each in
// both languages.
var wordings = []struct {
	file string
	keys []key
}{{"wording/certificate.json", []key{
	kTitle, kNumber, kReplaces, kReplacesNote, kCopy,
	kHolder, kNativeName, kSurname, kGivenNames, kBirth, kSex, kSexM, kSexF, kSexX, kNationality,
	kDocument, kDocumentKind, kDocumentNumber, kDocumentIssuer, kDocumentExpires,
	kTests, kTimes, kTest, kSampled, kAnalysed, kReported, kLaboratory, kResult,
	kDoses, kDate, kProduct, kLot, kPlace, kNone, kEnd,
	kDecision, kColourGreen, kColourBlue, kColourYellow, kColourOrange, kColourRed,
	kConditionGreen, kConditionBlue, kConditionBelow, kNotice,
	kIssued, kWindow, kFrom, kUntil, kWindowJourney, kWindowTests, kExpires, kExpiresNote,
	kCheck, kCheckText, kAnchor, kPrivacy, kPrivacyText, kStamp, kSignature,
	kValidity, kIssuer, kHotline, kPrepared, kApproved,
	kPractice, kPracticeText, kNotAccredited, kNotAccreditedMark, kSoftware,
	kSpecimen, kProof, kProofText, kAgreed, kTraveller, kPreview, kPreviewText,
}}, {"wording/papers.json", []key{
	kMade,
	kRecovery, kRecoveryWarning, kRecoveryKey, kRecoveryNote, kRecoveryPublic,
	kRecoveryUse, kRecoveryUse1, kRecoveryUse2, kRecoveryUse3, kRecoveryUse4,
	kCustody, kReceivedBy, kKeptBy, kKeptWhere, kSigned,
	kCeremony, kPost, kPostName, kPostState, kPostCode, kPostKind, kPostPractice, kPostReal, kPostLayout,
	kAdministrators, kAdministrator, kOfficerName, kMark,
	kSigner, kSignerPrint, kSignerValid, kSignerWork, kAccredited,
	kSecrets, kLogKey, kProved, kWitnessed, kWitness, kKeep,
	kCheckpoint, kCheckpointWhat, kCheckpointText, kCheckpointNote,
	kCheckpointUse, kCheckpointUse1, kCheckpointUse2, kCheckpointUse3, kCheckpointUse4,
}}, {"wording/further.json", []key{
	kFurther, kFurtherNote, kPage, kFurtherAll, kFurtherDoses, kFurtherDose, kFurtherVDSNC, kFurtherVDSNCFor, kFurtherVDSNCCheck, kFurtherDCC, kFurtherDCCFor, kFurtherDCCCheck, kFurtherEncrypted, kFurtherEncryptedFor, kFurtherEncryptedCheck, kReadable, kReadableText, kReadableFor, kReadableContact, kReadablePhone, kReadableEmail, kReadableResident, kReadableGuardian, kReadableReports, kReadableTest, kReadableDose, kReadableInfections, kReadableInfection, kReadableJourney, kReadableFlight, kReadableStays, kReadableStay, kReadablePapers, kReadablePaper, kReadableSymptoms, kReadableExposed, kReadableMedicine, kReadableUnasked, kReadablePerson, kReadableRemarks, kReadableSigned, kReadableYes, kReadableNo,
}}, {"wording/letters.json", []key{
	kLetterReturn, kLetterHold, kLetterCondition, kLetterDecision, kLetterNot, kLetterCase, kLetterReference,
	kLetterName, kLetterFlight, kLetterRoute, kLetterDeparts, kLetterMark, kLetterReturnWhat, kLetterReturnAt,
	kLetterReturnUntil, kLetterReturnWhy, kLetterReturnNext, kLetterReturnNext1, kLetterReturnNext2,
	kLetterReturnNext3, kLetterHoldWhat, kLetterHoldAt, kLetterHoldWhy, kLetterHoldNext1, kLetterHoldNext2,
	kLetterWhy, kLetterNote, kLetterYellowWhat, kLetterOrangeWhat, kLetterRedWhat, kLetterDecided, kLetterUntil,
	kLetterPerson, kLetterContest, kLetterContest1, kLetterContest2, kLetterContest3, kLetterContestWhere,
	kLetterContestBy, kLetterContested, kLetterContestedAt, kLetterContestedDecided, kLetterContestedStands,
	kLetterContestedOpen, kLetterBlueWhat, kLetterTest, kLetterTestEarliest, kLetterTestUntil, kLetterTestLatest, kLetterTestNext,
	kLetterTestNext1, kLetterTestNext2, kLetterTestNext3, kLetterTestNext4, kLetterTestSeen, kLetterTestBy,
	kLetterHotline, kLetterSay, kHandOver, kHandOverWhat, kHandOverPort, kHandOverFrom, kHandOverUntil,
	kHandOverCount, kHandOverFile, kHandOverColour, kHandOverNone, kHandOverRisk, kHandOverRevoked,
	kHandOverNotes, kHandOverPage, kHandOverDelivered, kHandOverReceived, kRiskLow, kRiskMedium, kRiskHigh,
	kInternal, kInternalMark, kInternalWarning, kInternalPrepared, kInternalReviewed, kInternalFindings,
	kInternalPass, kInternalFail, kInternalUnasked, kInternalOpen, kUnitHours, kUnitDays, kUnitMonths, kUnitYears, kInternalOverride, kInternalOverrideWhat,
	kInternalOverrideBy, kInternalOverrideAuthoriser, kInternalChecks, kInternalCase, kInternalAt,
	kInternalLifted, kInternalContested, kInternalGrounds, kInternalUntil, kInternalNone, kInternalReason, kInternalDecisions, kInternalSigned,
}}}

// readWording reads the printed sentences and checks them: every key there,
// none besides, both languages, and every character printable in either weight.
func readWording(assets fs.FS, fonts ...*font) (map[key]text, error) {
	all := map[key]text{}
	var wrong []error
	for _, w := range wordings {
		b, err := fs.ReadFile(assets, w.file)
		if err != nil {
			return nil, err
		}
		var words map[key]text
		if err := json.Unmarshal(b, &words); err != nil {
			return nil, fmt.Errorf("%s: %w", w.file, err)
		}
		for _, k := range w.keys {
			t := words[k]
			if t.En == "" || t.Zh == "" {
				wrong = append(wrong, fmt.Errorf("%s: %q is not there in both languages", w.file, k))
			}
			for _, f := range fonts {
				for _, r := range t.En + t.Zh {
					if !f.has(r) {
						wrong = append(wrong, fmt.Errorf("%s: %q: %w", w.file, k, &GlyphError{Text: t.both(), Rune: r}))
					}
				}
			}
			all[k] = t
		}
		for _, k := range slices.Sorted(maps.Keys(words)) {
			if !slices.Contains(w.keys, k) {
				wrong = append(wrong, fmt.Errorf("%s: %q is never printed", w.file, k))
			}
		}
	}
	return all, errors.Join(wrong...)
}
