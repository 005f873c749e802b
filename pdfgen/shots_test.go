package pdfgen

import (
	"io"
	"pratique/data"
	"testing"
)

func TestShots(t *testing.T) {
	for _, k := range []data.LetterKind{data.LetterReturn, data.LetterHold, data.LetterDecision, data.LetterCondition} {
		shots(t, "letter-"+string(k), written(t, func(w io.Writer) error { return press().Letter(w, letter(k)) }))
	}
	for _, c := range []data.Colour{data.Yellow, data.Red} {
		l := letter(data.LetterDecision)
		l.Colour = c
		l.Post = realPost()
		l.Practice = false
		l.Contest = &data.LetterContest{At: at("2022-07-21T09:00"), Decided: at("2022-07-22T09:00"), Officer: "CC", Why: "The laboratory confirmed in writing that the report was altered."}
		l.Accredited = c == data.Red
		shots(t, "letter-"+string(c), written(t, func(w io.Writer) error { return press().Letter(w, l) }))
	}
	out := printout(Certificate)
	out.Statement.Colour, out.Statement.LastTest, out.Statement.Window = data.Blue, data.LastTest{Kind: data.Antigen, Hours: 12}, data.WindowTests
	out.Statement.Notice, out.Statement.NoticeVersion = "nephelo-2022-04", 2
	shots(t, "blue", render(t, out))
	f := full()
	f.Statement.Colour, f.Statement.LastTest, f.Statement.Window, f.Statement.Notice, f.Statement.NoticeVersion = out.Statement.Colour, out.Statement.LastTest, out.Statement.Window, out.Statement.Notice, 2
	shots(t, "bluefull", render(t, f))
}
