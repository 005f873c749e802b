package pdfgen

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/handover"
)

// shot keeps a page to look at, in $PRATIQUE_SHOTS.
func shot(t *testing.T, name string, pdf []byte) []byte {
	t.Helper()
	if dir := os.Getenv("PRATIQUE_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "paper-"+name+".pdf"), pdf, 0o644); err != nil {
			t.Error(err)
		}
	}
	return pdf
}

func letterPage(t testing.TB, l Letter) []byte {
	t.Helper()
	return written(t, func(w io.Writer) error { return press().Letter(w, l) })
}

// Each letter tells what the traveller must know, in both languages: who, what
// and what it means, why, who decided and when, until when, and where to turn.
func TestLettersSayWhatTheyMust(t *testing.T) {
	decision := func(c data.Colour) Letter {
		l := letter(data.LetterDecision)
		l.Colour = c
		return l
	}
	answered := decision(data.Red)
	answered.Contest = answer("The laboratory confirmed that the report was altered.")
	pending := decision(data.Red)
	pending.Contest = &data.LetterContest{At: at("2022-07-21T09:00")}
	always := []string{
		"7QF2-M9X4", "YANGBEN, SPECIMEN 样本", "E00000000", "UT 846", "SIN – PVG", "2022-07-20 14:30 (+08:00)",
		"Officer's mark 官员代号RB", "2022-07-19 10:30 (+08:00)", "nephelo-2022-07 · 2",
		"Hotline, day and night 24小时咨询电话+999 0 000 000", "Say the case reference 请报受理编号7QF2-M9X4",
		"This page is neither a health certificate nor a travel document. 本页不是健康证明，亦不是旅行证件。",
		"PRACTICE 练习", "练习用纸",
	}
	contest := []string{
		"How to contest this decision 如何提出异议", "An officer other than the one named on this page", "异议由本页所列官员以外的另一名官员处理",
		"1 Harbour Street, Amaurot 亚马乌罗提市港口街1号", "By 截止时间2022-08-02 23:59 (+08:00)",
	}
	adverse := []string{
		"An officer made this decision, not a program.", "本决定由官员作出", "The decision counts until 本决定适用至2022-08-02 23:59 (+08:00)",
		"The traveller was in contact with a case", "申请人为密切接触者", "Something declared is not true", "申报内容不实",
		"Please stay reachable at the number you gave. 请保持所留电话畅通。",
	}
	for name, tt := range map[string]struct {
		l          Letter
		want, none []string
	}{
		"return": {letter(data.LetterReturn), []string{
			"APPLICATION RETURNED", "申请退回通知", "It is not refused", "这并非不予签发", "A report is missing", "缺少检测报告",
			"Bring the report that is missing", "请补交所缺报告", "It can go on until 可继续办理至2022-07-20 14:30", "第二份报告须由另一检测机构出具。",
		}, append(contest[:3:3], "GREEN", "RED", "BLUE")},
		"hold": {letter(data.LetterHold), []string{
			"APPLICATION ON HOLD", "申请暂缓通知", "Nothing is decided yet", "尚未作出任何决定", "The laboratory has been asked", "已向检测机构核实",
		}, append(contest[:3:3], "GREEN", "RED", "The officer adds")},
		"yellow": {decision(data.Yellow), slices.Concat(adverse, contest, []string{"YELLOW 黄色", "Follow-up. No certificate is issued for now.", "随访。目前暂不签发证明。"}), []string{"Your objection"}},
		"orange": {decision(data.Orange), slices.Concat(adverse, contest, []string{"ORANGE 橙色", "Close follow-up.", "重点随访。"}), []string{"Your objection"}},
		"red":    {decision(data.Red), slices.Concat(adverse, contest, []string{"RED 红色", "Refused. The post issues no certificate for this journey.", "不予签发。"}), []string{"Your objection"}},
		"answered": {answered, append(adverse, "Your objection 您的异议", "The decision stands.", "维持原决定。", "2022-07-22 16:00 (+08:00)", "Officer's mark 官员代号CC",
			"The laboratory confirmed that the report was altered.", "this answer is final at the post", "本馆对该异议的答复为最终答复"),
			append(slices.Clone(contest[:3]), "Not answered yet", "Where 受理地点", "By 截止时间")},
		"pending": {pending, append(adverse, "Your objection 您的异议", "Not answered yet.", "尚待答复。", "2022-07-21 09:00 (+08:00)", "亚马乌罗提市港口街1号"), []string{"The decision stands", "final at the post"}},
		"condition": {letter(data.LetterCondition), []string{
			"CONDITION OF A BLUE CERTIFICATE", "蓝色证明附条件说明", "BLUE 蓝色", "PR7Q-F2M9-X4T9",
			"Good only together with a negative antigen test sampled within 12 hours before departure", "须与起飞前12小时内采样的抗原检测阴性报告一并出示方为有效",
			"Sample not before 采样不早于2022-07-20 02:30 (+08:00)", "and before departure 且早于起飞时间2022-07-20 14:30 (+08:00)",
			"The airline checks the original antigen report at check-in.", "办理登机手续时由航空公司查验抗原检测报告原件。",
			"the post revokes it", "本馆将予撤销", "For whoever checks the last test 由查验最后一次检测的人员填写",
		}, append(contest[:3:3], "RED")},
	} {
		pdf := shot(t, name, letterPage(t, tt.l))
		got := shownText(t, pdf)
		for _, w := range append(always, tt.want...) {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not on the page", name, w)
			}
		}
		for _, w := range append(tt.none, "ACCREDITED", "negative 阴性") {
			if strings.Contains(got, w) {
				t.Errorf("%s: %q is on the page", name, w)
			}
		}
		if !bytes.Equal(pdf, letterPage(t, tt.l)) {
			t.Errorf("%s: two pages differ", name)
		}
	}
}

// Letters of real posts say whether anybody vouches for the post, and none that
// they are practice.
func TestLettersOfRealPosts(t *testing.T) {
	for accredited, marks := range map[bool]int{true: 0, false: 3} {
		l := letter(data.LetterDecision)
		l.Practice, l.Post, l.Accredited = false, realPost(), accredited
		got := shownText(t, shot(t, "letter-real", letterPage(t, l)))
		if n := strings.Count(got, "NOT ACCREDITED"); n != 0 != (marks != 0) || strings.Contains(got, "PRACTICE") {
			t.Errorf("accredited %v: %d marks: %s", accredited, n, got)
		}
	}
}

func TestLettersThatCannotBe(t *testing.T) {
	var glyph *GlyphError
	var fit *FitError
	for name, tt := range map[string]struct {
		kind  data.LetterKind
		spoil func(*Letter)
		as    any // nil is ErrPrintout
	}{
		"of the other kind":               {data.LetterReturn, func(l *Letter) { l.Practice = false }, nil},
		"undated":                         {data.LetterReturn, func(l *Letter) { l.Made = data.Moment{} }, nil},
		"no hotline":                      {data.LetterReturn, func(l *Letter) { l.Post.Hotline = "" }, nil},
		"no reference":                    {data.LetterHold, func(l *Letter) { l.Reference = "" }, nil},
		"no officer":                      {data.LetterDecision, func(l *Letter) { l.Officer = "" }, nil},
		"no time":                         {data.LetterDecision, func(l *Letter) { l.At = data.Moment{} }, nil},
		"no reason to return":             {data.LetterReturn, func(l *Letter) { l.Reasons = nil }, nil},
		"no reason to hold":               {data.LetterHold, func(l *Letter) { l.Reasons = nil }, nil},
		"no reason to decide":             {data.LetterDecision, func(l *Letter) { l.Reasons = nil }, nil},
		"an answer by nobody":             {data.LetterDecision, func(l *Letter) { l.Contest = answer("so"); l.Contest.Officer = "" }, nil},
		"a decision without end":          {data.LetterDecision, func(l *Letter) { l.Until = data.Moment{} }, nil},
		"a decision nobody can contest":   {data.LetterDecision, func(l *Letter) { l.Post.Address = nil }, nil},
		"a decision that is green":        {data.LetterDecision, func(l *Letter) { l.Colour = data.Green }, nil},
		"a decision that is blue":         {data.LetterDecision, func(l *Letter) { l.Colour = data.Blue }, nil},
		"a condition without certificate": {data.LetterCondition, func(l *Letter) { l.Number = "" }, nil},
		"a condition that is green":       {data.LetterCondition, func(l *Letter) { l.Colour = data.Green }, nil},
		"a condition without test":        {data.LetterCondition, func(l *Letter) { l.LastTest = data.LastTest{} }, nil},
		"a condition without departure":   {data.LetterCondition, func(l *Letter) { l.Departs = data.Moment{} }, nil},
		"no kind":                         {"", func(*Letter) {}, nil},
		"a name that has no glyph":        {data.LetterReturn, func(l *Letter) { l.NativeName = "𠮷" }, &glyph},
		"a note that has no glyph":        {data.LetterDecision, func(l *Letter) { l.Note = "see U+20BB7: 𠮷" }, &glyph},
		"a note without end":              {data.LetterDecision, func(l *Letter) { l.Note = strings.Repeat("And so on. ", 400) }, &fit},
		"reasons without end":             {data.LetterReturn, func(l *Letter) { l.Reasons = slices.Repeat(l.Reasons, 12) }, &fit},
	} {
		l := letter(data.LetterReturn)
		if tt.kind != "" {
			l = letter(tt.kind)
		} else {
			l.Kind = ""
		}
		tt.spoil(&l)
		var b bytes.Buffer
		err := press().Letter(&b, l)
		ok := errors.Is(err, ErrPrintout)
		if tt.as != nil {
			ok = errors.As(err, tt.as)
		}
		if !ok || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
}

// What would keep a letter off paper is told before, by field.
func TestUnwritable(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Letter)
		want   []data.Problem
	}{
		"nothing":       {func(*Letter) {}, nil},
		"a glyph":       {func(l *Letter) { l.Note = "so 𠮷" }, []data.Problem{{Field: "note", Key: "problem.glyph", Value: "U+20BB7 𠮷"}}},
		"a name's":      {func(l *Letter) { l.NativeName = "𠮷" }, []data.Problem{{Field: "traveller.nativeName", Key: "problem.glyph", Value: "U+20BB7 𠮷"}}},
		"an answer's":   {func(l *Letter) { l.Contest = answer("so 𠮷") }, []data.Problem{{Field: "why", Key: "problem.glyph", Value: "U+20BB7 𠮷"}}},
		"its end":       {func(l *Letter) { l.Contest = answer(strings.Repeat("And so on. ", 400)) }, []data.Problem{{Field: "why", Key: "problem.letter"}}},
		"an end":        {func(l *Letter) { l.Note = strings.Repeat("And so on. ", 400) }, []data.Problem{{Field: "note", Key: "problem.letter"}}},
		"what it lacks": {func(l *Letter) { l.Reference = "" }, []data.Problem{{Field: "note", Key: "problem.letter", Value: "not a possible printout: a letter without the reference of its case"}}},
	} {
		l := letter(data.LetterDecision)
		tt.change(&l)
		if got := press().Unwritable(l); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// answer is what became of an objection.
func answer(why string) *data.LetterContest {
	return &data.LetterContest{At: at("2022-07-21T09:00"), Decided: at("2022-07-22T16:00"), Officer: "CC", Why: why}
}

// Whatever reasons of its list an officer gives, up to eight at once, with a
// note of the longest, there is a page for it; and each reason to return has
// what mends it.
func TestEveryReasonHasRoom(t *testing.T) {
	note := strings.Repeat("The officer explains. 官员说明。", data.MaxText/20)
	for kind, lists := range map[data.LetterKind]string{data.LetterReturn: data.ListReasons, data.LetterHold: data.ListHolds, data.LetterDecision: data.ListRefusals} {
		codes := codesOf(t, lists)
		for from := 0; from < len(codes); from += 8 {
			l := letter(kind)
			l.Reasons, l.Note = codes[from:min(from+8, len(codes))], note
			letterPage(t, l)
			if kind == data.LetterDecision { // and for what becomes of an objection
				l.Contest = &data.LetterContest{At: at("2022-07-21T09:00")}
				letterPage(t, l)
				l.Contest = answer(note)
				letterPage(t, l)
			}
		}
	}
	if reasons, remedies := codesOf(t, data.ListReasons), codesOf(t, data.ListRemedies); !slices.Equal(reasons, remedies) {
		t.Errorf("reasons %q, remedies %q", reasons, remedies)
	}
}

func codesOf(t *testing.T, list string) (all []string) {
	t.Helper()
	for _, e := range book().All(list) {
		all = append(all, e.Code)
	}
	if len(all) == 0 {
		t.Fatalf("no codes in %s", list)
	}
	return all
}

func TestHandOverList(t *testing.T) {
	l := handOver()
	page := func(l HandOver) string {
		return shownText(t, written(t, func(w io.Writer) error { return press().HandOver(w, l) }))
	}
	shot(t, "handover", written(t, func(w io.Writer) error { return press().HandOver(w, l) }))
	got := page(l)
	for _, r := range l.Rows {
		if !strings.Contains(got, r.Number.String()) || !strings.Contains(got, r.Reference.String()) {
			t.Errorf("%s %s is not on the list", r.Number, r.Reference)
		}
	}
	for _, w := range []string{
		"HAND-OVER LIST", "入境交接清单", "Port of entry 入境口岸PVG", "Travellers 人数46", groups(l.Fingerprint, 4),
		"Page 页 1 / 2", "Page 页 2 / 2", "UT 847 2022-07-20", "medium 中", "low 低", "BLUE 蓝色", "GREEN 绿色", "ORANGE 橙色", "REVOKED 已撤销",
		"Nothing follows 以下空白", "Received by, date, signature", "Hotline 咨询电话 +999 0 000 000",
	} {
		if !strings.Contains(got, w) {
			t.Errorf("%q is not on the list", w)
		}
	}
	if n := strings.Count(got, "PRACTICE 练习"); n != 6 {
		t.Errorf("PRACTICE stands there %d times on two pages", n)
	}
	l.Rows = nil
	if got := page(l); !strings.Contains(got, "No traveller in this time. 此时段内无旅客。") || !strings.Contains(got, "Page 页 1 / 1") {
		t.Errorf("an empty list: %s", got)
	}
	for name, spoil := range map[string]func(*HandOver){
		"without port":   func(l *HandOver) { l.Port = "" },
		"without file":   func(l *HandOver) { l.Fingerprint = "" },
		"undated":        func(l *HandOver) { l.Made = data.Moment{} },
		"out of order":   func(l *HandOver) { slices.Reverse(l.Rows) },
		"unknown colour": func(l *HandOver) { l.Rows[0].Colour = "grey" },
		"unknown risk":   func(l *HandOver) { l.Rows[0].Risk = "some" },
		"without glyph":  func(l *HandOver) { l.Rows[0].Note = "𠮷" },
		"endless note":   func(l *HandOver) { l.Rows[0].Note = strings.Repeat("And so on. ", 1500) },
	} {
		l := handOver()
		spoil(&l)
		var b bytes.Buffer
		if err := press().HandOver(&b, l); err == nil || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
}

func TestInternalSheet(t *testing.T) {
	i := internal()
	got := shownText(t, shot(t, "internal", written(t, func(w io.Writer) error { return press().Internal(w, i) })))
	for _, w := range []string{
		"INTERNAL SHEET", "INTERNAL 内部", "Never give this page to the traveller", "切勿交给旅客", string(i.ID), "RB, RD",
		i.Override.Reason, "1.2 Two tests · 3.1 Same district", "Authorised by 批准官员RD", "Signature 签字 · RD",
		"ORANGE 橙色", "申请人为密切接触者", "Lifted 撤销时间2022-07-18 16:00 (+08:00)", "The ferry was another one.",
		"Contested 异议时间2022-07-18 18:00 (+08:00)", "Grounds 异议理由It was the heat of the day.", "Answered 答复时间2022-07-18 19:30 (+08:00)", "The fever was measured twice.",
		"Lifted 撤销时间2022-07-19 08:00 (+08:00)", "The fever is over.", "Test 检测 2", "NOT MET 不符合", "met 符合", "not asked 不适用", "cannot say", "资料不足",
		"末次核酸检测采样时间须在直达航班起飞前48小时内。", "47:55 hours 小时 ≤ 48: 2022-07-18 14:35 (+08:00) – 2022-07-20 14:30 (+08:00)", "nephelo-2022-07 · 2",
	} {
		if !strings.Contains(got, w) {
			t.Errorf("%q is not on the sheet", w)
		}
	}
	if n := strings.Count(got, "INTERNAL 内部"); n != 2 {
		t.Errorf("INTERNAL stands there %d times on two pages", n)
	}
	for name, spoil := range map[string]func(*Internal){
		"of no case":        func(i *Internal) { i.ID = "" },
		"of the other kind": func(i *Internal) { i.Case.Practice = false },
		"one officer":       func(i *Internal) { i.Override.Authoriser = "" },
		"no reason":         func(i *Internal) { i.Override.Reason = "" },
		"unknown finding":   func(i *Internal) { i.Findings[0].Result = "perhaps" },
		"unknown colour":    func(i *Internal) { i.Decisions[0].Colour = "grey" },
		"without a glyph":   func(i *Internal) { i.Override.Reason = "𠮷" },
	} {
		i := internal()
		spoil(&i)
		var b bytes.Buffer
		if err := press().Internal(&b, i); err == nil || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
	// Whatever is said as long as it may be finds room.
	i.Decisions[1].Note, i.Decisions[1].Grounds = strings.Repeat("字", data.MaxSaid), strings.Repeat("W", data.MaxSaid)
	i.Decisions[1].Answer, i.Decisions[1].Why = i.Decisions[1].Grounds, i.Decisions[1].Note
	i.Override.Reason = i.Decisions[1].Note
	written(t, func(w io.Writer) error { return press().Internal(w, i) })
	i.Findings, i.Override, i.Decisions = nil, nil, nil
	if got := shownText(t, written(t, func(w io.Writer) error { return press().Internal(w, i) })); !strings.Contains(got, "No notice was asked. 未依通知审核。") {
		t.Error("a case without notice does not say so")
	}
}

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

// handOver is a list of two pages.
func handOver() HandOver {
	out := printout(Certificate)
	l := HandOver{Post: out.Post, Made: at("2022-07-19T20:00"), Fingerprint: out.AnchorFingerprint,
		List: handover.List{Port: "PVG", From: "2022-07-20", Until: "2022-07-20"}}
	for i, n := range []int{3, 42, 1} {
		for k := range n {
			number, err := data.NewCertificateNumber("PR", [data.NumberRandomLen]byte{byte(i), byte(k), 15, 2, 20, 9, 29, 4, 26})
			if err != nil {
				panic(err)
			}
			r := handover.Row{Number: number, Reference: data.NewReference([7]byte{byte(k), byte(i), 3, 4, 5, 6, 7}), Flight: "UT 84" + string(rune('6'+i)),
				Day: "2022-07-20", Status: handover.Issued, Colour: data.Green, Risk: []string{"low", "medium", ""}[i]}
			switch k % 10 {
			case 2:
				r.Colour, r.Note = data.Blue, "Last test to be seen: original report. 请查看报告原件。"
			case 5:
				r.Status, r.Colour = handover.Revoked, ""
			case 7:
				r.Number, r.Status, r.Colour, r.Note = "", handover.FollowUp, data.Orange, "Meet at the gate."
			}
			l.Rows = append(l.Rows, r)
		}
	}
	l.Sort()
	return l
}

// internal is the sheet of a case with an override and a decision that was lifted.
func internal() Internal {
	l := letter(data.LetterReturn)
	i := Internal{Post: l.Post, Made: l.Made, InternalSheet: data.InternalSheet{
		Case: l.Letter, ID: "0123456789abcdef0123456789abcdef", Prepared: []string{"PA"}, Reviewed: []string{"RB", "RD"},
		Override: &data.OverrideNote{Checks: []string{"1.2 Two tests", "3.1 Same district"}, Officer: "RB", Authoriser: "RD", At: at("2022-07-19T10:20"),
			Reason: "Medical evacuation; the second laboratory was closed on that day."},
		Decisions: []data.DecisionNote{{Colour: data.Orange, Officer: "RB", At: at("2022-07-17T11:00"), Until: at("2022-07-30T23:59"), Reasons: []string{"contact", "other"},
			Note: "Contact on a ferry.", Contested: at("2022-07-18T09:00"), Lifted: at("2022-07-18T16:00"), LiftedBy: "RD", Why: "The ferry was another one."},
			{Colour: data.Yellow, Officer: "RB", At: at("2022-07-18T17:00"), Until: at("2022-07-30T23:59"), Reasons: []string{"symptoms"},
				Contested: at("2022-07-18T18:00"), Grounds: "It was the heat of the day.", Answered: at("2022-07-18T19:30"), AnsweredBy: "RE", Answer: "The fever was measured twice.",
				Lifted: at("2022-07-19T08:00"), LiftedBy: "RE", Why: "The fever is over."}},
	}}
	for _, r := range []string{"pass", "fail", "not applicable", "not enough information", "pass", "pass"} {
		i.Findings = append(i.Findings, data.Finding{Clause: "1.2", Of: "tests[1]", Result: r, Message: map[string]string{
			"en": "The last nucleic acid test is sampled within 48 hours of the departure of the direct flight.", "zh": "末次核酸检测采样时间须在直达航班起飞前48小时内。"},
			Counts: []data.Counted{{Unit: "hours", Counted: "47:55", AtMost: "48", From: "2022-07-18 14:35 (+08:00)", To: "2022-07-20 14:30 (+08:00)"}}})
	}
	return i
}
