package pdfgen

import (
	"os"
	"path/filepath"
	"testing"

	"pratique/data"
)

// letter is a specimen of each kind.
func letter(kind data.LetterKind) Letter {
	out := printout(Certificate)
	l := Letter{Post: out.Post, Made: at("2022-07-19T10:40"), Letter: data.Letter{
		Kind: kind, Practice: true, Reference: "7QF2M9X4",
		Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本", DocumentNumber: "E00000000",
		Flight: "UT 846", From: "SIN", To: "PVG", Departs: at("2022-07-20T14:30"),
		Officer: "RB", At: at("2022-07-19T10:30"), Until: at("2022-07-20T14:30"), Notice: "nephelo-2022-07", NoticeVersion: 2,
	}}
	switch kind {
	case data.LetterReturn:
		l.Reasons, l.Note = []string{"report-missing", "data-differ"}, "The second report must be of another laboratory. 第二份报告须由另一检测机构出具。"
	case data.LetterHold:
		l.Reasons, l.Note = []string{"laboratory"}, ""
	case data.LetterDecision:
		l.Colour, l.Reasons, l.Until = data.Orange, []string{"contact", "false-statement"}, at("2022-08-02T23:59")
		l.Note = "Please stay reachable at the number you gave. 请保持所留电话畅通。"
	case data.LetterCondition:
		l.Colour, l.Number, l.LastTest = data.Blue, out.Statement.Number, data.LastTest{Kind: data.Antigen, Hours: 12}
		l.Condition = map[string]string{
			"en": "The airline checks the original antigen report at check-in.",
			"zh": "办理登机手续时由航空公司查验抗原检测报告原件。",
		}
	}
	return l
}

func shots(t *testing.T, name string, pdf []byte) {
	if dir := os.Getenv("PRATIQUE_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644); err != nil {
			t.Error(err)
		}
	}
}
