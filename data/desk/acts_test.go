package desk_test

import (
	"crypto/x509"
	"errors"
	"reflect"
	"slices"
	"testing"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk"
	"pratique/data/desk/desktest"
	"pratique/data/keys"
	"pratique/data/predeclaration"
	"pratique/data/staff"
	"pratique/data/trust"
)

// everyAct is everything that can be asked of a desk with a session, and what
// else it tells, by method: each where it can be done.
func everyAct(t *testing.T, p *desktest.Post) map[string]func() error {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			desktest.Fatal(t, err)
		}
	}
	must(second(inForce(p, window(1, 72))))
	c, other := p.Issued(t, p.Specimen()), p.Issued(t, p.Specimen())
	must(second(p.Printed(ctx, p.Clerk, c.Number, "q", "1")))
	away := data.Officer{ID: "officer-k", Name: "Officer K", Mark: "K", Roles: []data.Role{data.Clerk}}
	must(p.AddOfficer(ctx, p.Administrator, p.Reviewer, away, []byte(given)))
	must(p.DisableOfficer(ctx, p.Administrator, away.ID))
	requested, err := p.RequestSigner(ctx, p.Administrator, p.Reviewer, keys.ForCertificates, "", nil)
	must(err)
	whom := trust.Content{Certificates: []*x509.Certificate{p.Anchor}}
	must(second(p.SetTrust(ctx, p.Administrator, p.Reviewer, "utopia", "a file", "", whom)))
	draft, returned := inState(t, p, data.Draft), inState(t, p, data.Returned)
	fresh := data.Officer{ID: "officer-e", Name: "Officer E", Mark: "E", Roles: []data.Role{data.Clerk}}
	document := p.Specimen().Document
	held, outside := inState(t, p, data.OnHold), p.Ticked(t, later(p.Specimen()))
	contested := must2(t)(p.Contest(ctx, p.Clerk, inState(t, p, data.FollowUp).ID, "the report is mine"))
	blue := p.Issued(t, p.Specimen())
	must(second(p.ImportNotice(ctx, p.Administrator, []byte(noticeOf(2, "always", true)))))

	all := map[string]func() error{
		"Create": func() error { return second(p.Create(ctx, p.Clerk, p.Specimen())) },
		"Copy":   func() error { return second(p.Copy(ctx, p.Clerk, draft.ID, p.Specimen())) },
		"ReadSeal": func() error {
			b, ok, err := p.ReadSeal(ctx, p.Clerk, "HC1:")
			return second(b, errors.Join(err, map[bool]error{true: errors.New("no seal is one")}[ok]))
		},
		"Brought":      func() error { return second(p.Brought(ctx, p.Clerk, draft.ID)) },
		"Slip":         func() error { return second(p.Slip(ctx, p.Clerk, p.Specimen())) },
		"Validate":     func() error { return second(p.Validate(ctx, p.Specimen())) },
		"Preflight":    func() error { return second(p.Preflight(ctx, p.Clerk, p.Reviewer, p.Specimen())) },
		"Certificate":  func() error { return second(p.Certificate(ctx, p.Clerk, c.Number)) },
		"Printed":      func() error { return second(p.Printed(ctx, p.Clerk, c.Number, "q", "2")) },
		"PrintFailed":  func() error { return p.PrintFailed(ctx, p.Clerk, c.Number, "2") },
		"HandOver":     func() error { return second(p.HandOver(ctx, p.Clerk, c.Number, c.Seal)) },
		"Queue":        func() error { return second(p.Queue(p.Clerk)) },
		"Search":       func() error { return second(p.Search(p.Clerk, "yangben")) },
		"Issued":       func() error { return second(p.Desk.Issued(p.Reviewer)) },
		"Handled":      func() error { return second(p.Handled(ctx, p.Reviewer, "officer-a", p.Now, p.Now)) },
		"Laboratories": func() error { return second(p.Laboratories(ctx)) },
		"SetLaboratories": func() error {
			return p.SetLaboratories(ctx, p.Administrator, p.Reviewer, desktest.Laboratories)
		},

		"Assess": func() error { _, _, err := p.Assess(ctx, p.Specimen()); return err },
		"Findings": func() error {
			a, _, err := p.Findings(ctx, p.Clerk, draft.ID)
			if err != nil && len(a.Findings) > 0 {
				t.Error("findings were told all the same")
			}
			return err
		},
		"Outside":    func() error { return second(p.Outside(ctx, p.Reviewer)) },
		"Notices":    func() error { return second(p.Notices(ctx, p.Clerk)) },
		"DiffNotice": func() error { return second(p.DiffNotice(ctx, p.Clerk, "test-notice", 2)) },
		"ImportNotice": func() error {
			return second(p.ImportNotice(ctx, p.Administrator, []byte(noticeOf(3, "always", true))))
		},
		"DryRun":         func() error { return second(p.DryRun(ctx, p.Administrator, "test-notice", 2, 30, func(int, int) {})) },
		"RetireNotice":   func() error { return p.RetireNotice(ctx, p.Administrator, p.Reviewer, "test-notice", 1) },
		"ActivateNotice": func() error { return p.ActivateNotice(ctx, p.Administrator, p.Reviewer, "test-notice", 2) },
		"LastTestAbnormal": func() error {
			return second(p.LastTestAbnormal(ctx, p.Reviewer, p.Both, blue.Number, data.Positive, ""))
		},
		"TakeOver": func() error { return second(p.TakeOver(ctx, p.Both, held.ID)) },
		"Override": func() error {
			return second(p.Override(ctx, p.Reviewer, p.Administrator, outside.ID, []string{"window"}, "x"))
		},
		"DecideContest": func() error { return second(p.DecideContest(ctx, p.Both, contested.ID, false, "x")) },

		"Revoke": func() error {
			return second(p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{other.Number}, "error", ""))
		},
		"Revocation":      func() error { return second(p.Revocation(ctx, c.Number)) },
		"Correct":         func() error { return second(p.Correct(ctx, p.Clerk, c.Number)) },
		"Erase":           func() error { return p.Erase(ctx, p.Administrator, p.Reviewer, draft.ID) },
		"ExportTraveller": func() error { return second(p.ExportTraveller(ctx, p.Reviewer, document.Issuer, document.Number)) },
		"Retention":       func() error { return second(p.Retention(ctx)) },
		"SetRetention":    func() error { return p.SetRetention(ctx, p.Administrator, p.Reviewer, 400) },

		"Letter":        func() error { return second(p.Letter(ctx, p.Clerk, returned.ID)) },
		"InternalSheet": func() error { return second(p.InternalSheet(ctx, p.Reviewer, returned.ID)) },

		"Second":          func() error { return second(p.Second(ctx, "officer-b", []byte(desktest.Passphrase))) },
		"Officers":        func() error { return second(p.Officers(ctx)) },
		"Accounts":        func() error { return second(p.Accounts(ctx, p.Administrator)) },
		"AddOfficer":      func() error { return p.AddOfficer(ctx, p.Administrator, p.Reviewer, fresh, []byte(given)) },
		"DisableOfficer":  func() error { return p.DisableOfficer(ctx, p.Administrator, "officer-a") },
		"EnableOfficer":   func() error { return p.EnableOfficer(ctx, p.Administrator, p.Reviewer, away.ID) },
		"ResetPassphrase": func() error { return p.ResetPassphrase(ctx, p.Administrator, p.Reviewer, "officer-a", []byte(given)) },
		"Authorities":     func() error { return second(p.Authorities(ctx)) },
		"SetAuthorities": func() error {
			return p.SetAuthorities(ctx, p.Administrator, p.Reviewer, []data.Authority{{ID: "port-health", Name: "Port Health", Recipient: recipient}})
		},
		"Solo":    func() error { return second(p.Solo(ctx)) },
		"SetSolo": func() error { return p.SetSolo(ctx, p.Administrator, p.Reviewer, p.Now.AddDate(0, 0, 1)) },

		"Signers": func() error { return second(p.Signers(ctx, p.Administrator)) },
		"RequestSigner": func() error {
			return second(p.RequestSigner(ctx, p.Administrator, p.Reviewer, keys.ForCertificates, "", nil))
		},
		"ImportSigner": func() error {
			return second(p.ImportSigner(ctx, p.Administrator, p.Reviewer, requested.ID, nil, nil))
		},
		"RetireSigner": func() error { return p.RetireSigner(ctx, p.Administrator, p.Reviewer, requested.ID) },
		"Vouches":      func() error { return second(p.Vouches(ctx, c.Seal)) },
		"TrustLists":   func() error { return second(p.TrustLists(ctx, p.Reviewer)) },
		"PreviewTrust": func() error { return second(p.PreviewTrust(ctx, p.Administrator, "utopia", whom)) },
		"SetTrust": func() error {
			return second(p.SetTrust(ctx, p.Administrator, p.Reviewer, "other", "a file", "", whom))
		},
		"RestoreTrust":    func() error { return second(p.RestoreTrust(ctx, p.Administrator, p.Reviewer, "utopia", 0)) },
		"Trusted":         func() error { return second(p.Trusted(ctx)) },
		"SignRevocations": func() error { _, _, err := p.SignRevocations(ctx, p.Reviewer); return err },
		"MakeListKeys":    func() error { return second(p.MakeListKeys(ctx, p.Administrator, p.Reviewer)) },
		"RotateKeys":      func() error { return p.RotateKeys(ctx, p.Administrator, p.Reviewer, func(int) {}) },

		"Checkpoint": func() error { return second(p.Checkpoint(ctx, p.Administrator)) },
		"EachEntry":  func() error { return p.EachEntry(ctx, p.Administrator, func(audit.Entry) error { return nil }) },
		"Figures":    func() error { return second(p.Figures(ctx, p.Administrator, p.Now)) },
		"Check":      func() error { return second(p.Check(ctx, p.Administrator, func(string) {})) },
		"Backups":    func() error { return second(p.Backups(ctx)) },
		"SetBackups": func() error { return p.SetBackups(ctx, p.Administrator, p.Reviewer, t.TempDir(), []byte(given)) },
		"MayBackUp":  func() error { return p.MayBackUp(ctx, p.Administrator) },
		"BackedUp":   func() error { return p.BackedUp(ctx, p.Administrator, desk.Backup{Made: p.Now}) },
	}
	methods := map[string]string{
		"save": "Save", "submit": "Submit", "withdraw": "Withdraw", "take": "Take", "release": "Release", "tick": "Tick",
		"return": "Return", "approve": "Approve", "issue": "Issue", "read": "Read",
		"begin": "Begin", "attach": "AttachEvidence", "see originals": "SeenOriginal", "ask a laboratory": "BackCheck",
		"set the risk": "SetRisk", "note for the port": "NotePort",
		"hold": "Hold", "resume": "Resume", "decide red": "Decide", "contest": "Contest", "lift": "Lift",
	}
	for name, act := range acts {
		if methods[name] == "" {
			continue // stands above
		}
		i := slices.IndexFunc(data.States, func(s data.State) bool { _, ok := allowed[name][s]; return ok })
		a := inState(t, p, data.States[i])
		all[methods[name]] = func() error {
			shown, err := act(p, a)
			if err != nil && shown.ID != "" {
				t.Errorf("%s showed a case all the same", name)
			}
			return err
		}
	}
	doubted, shown := twoWithOneReport(t, p)
	x := doubted.Evidence[0].ID
	for name, do := range map[string]func() error{
		"OpenEvidence": func() error {
			r, _, err := p.OpenEvidence(ctx, p.Clerk, doubted.ID, x)
			if err == nil {
				err = r.Close()
			}
			return err
		},
		"MoveEvidence":    func() error { return second(p.MoveEvidence(ctx, p.Clerk, doubted.ID, x, data.GroupJourney)) },
		"RemoveEvidence":  func() error { return second(p.RemoveEvidence(ctx, p.Clerk, shown.ID, shown.Evidence[1].ID)) },
		"SetEvidenceTime": func() error { return p.SetEvidenceTime(ctx, p.Administrator, p.Reviewer, 30) },
		"ClearSameReport": func() error {
			return second(p.ClearSameReport(ctx, p.Reviewer, doubted.ID, shown.ID, "one family, one sheet"))
		},
		"Duplicates":  func() error { return second(p.Duplicates(ctx, p.Reviewer, doubted.ID)) },
		"Doubts":      func() error { return second(p.Doubts(ctx, p.Reviewer, doubted.ID)) },
		"BackChecks":  func() error { return second(p.BackChecks(ctx, p.Reviewer)) },
		"SetSampling": func() error { return p.SetSampling(ctx, p.Administrator, p.Reviewer, data.Sampling{Percent: 10}) },
		"Predeclare":  func() error { return second(p.Predeclare(ctx, p.Clerk, p.Other())) },
		"ImportPredeclaration": func() error {
			b, err := predeclaration.File(p.Specimen())
			if err != nil {
				t.Fatal(err)
			}
			return second(p.ImportPredeclaration(ctx, p.Clerk, b))
		},
		"Expected": func() error { return second(p.Expected(ctx, p.Clerk, "2022-07-09", "2022-07-11")) },
		"SetFlights": func() error {
			return p.SetFlights(ctx, p.Administrator, p.Reviewer, map[string]string{"UT 846": "high"})
		},
		"Handover": func() error {
			_, _, err := p.Handover(ctx, p.Reviewer, "PVG", "2022-07-10", "2022-07-10")
			return err
		},
		"ReadPassed": func() error { return second(p.ReadPassed(ctx, p.Clerk, []byte("pratique passed 1\nport PVG\n"))) },
	} {
		all[name] = do
	}
	ticked := p.Ticked(t, p.Specimen())
	all["Rehearse"] = func() error { return second(p.Rehearse(ctx, p.Reviewer, ticked.ID)) }
	return all
}

// TestPressedTwice: what would be done twice where the case's state does not
// refuse it is done once.
func TestPressedTwice(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	count := func() int {
		rows, err := p.Queue(p.Clerk, data.States...)
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	first := must2(t)(p.Correct(ctx, p.Clerk, c.Number))
	cases := count()
	if again := must2(t)(p.Correct(ctx, p.Clerk, c.Number)); again.ID != first.ID || !reflect.DeepEqual(again, stored(p, first.ID)) || count() != cases {
		t.Errorf("two drafts correct it: %s and %s, %d cases", first.ID, again.ID, count())
	}
	if theirs := must2(t)(p.Correct(ctx, p.Both, c.Number)); theirs.ID == first.ID {
		t.Error("an officer begins in another's draft")
	}
	changed := first.Content
	changed.Traveller.GivenNames = "SPECIMEN MIDDLE"
	must2(t)(p.Save(ctx, p.Clerk, first.ID, first.Version, changed))
	if again := must2(t)(p.Correct(ctx, p.Clerk, c.Number)); again.ID == first.ID {
		t.Error("a correction begins with what somebody changed")
	}

	a := p.Submitted(t, p.Other())
	answer := data.BackCheck{By: data.BackCheckWays[0], Outcome: data.Denied, Note: "no such number"}
	for i, want := range []int{1, 1, 2, 3} {
		if answer.Note = "no such number"; i == 2 {
			answer.Note = "nor in the year before"
		}
		if a = must2(t)(p.BackCheck(ctx, p.Reviewer, a.ID, answer)); len(a.BackChecks) != want {
			t.Errorf("answer %d: %d are recorded", i, len(a.BackChecks))
		}
	}
}

// TestEveryActIsKnown: what a desk does for a session stands in everyAct.
func TestEveryActIsKnown(t *testing.T) {
	all := everyAct(t, desktest.New(t, withBook))
	d := reflect.TypeFor[*desk.Desk]()
	for m := range d.Methods() {
		for in := range m.Type.Ins() {
			if in == reflect.TypeFor[staff.Session]() && all[m.Name] == nil && m.Name != "Waits" {
				t.Errorf("%s is not tested locked, nor without its entry", m.Name)
				break
			}
		}
	}
}

// TestActsOfTwo: what takes two is not done by one, nor with a clerk beside them;
// and what takes two is known here.
func TestActsOfTwo(t *testing.T) {
	p := atPost(t, window(1, 72))
	c, draft, outside := p.Issued(t, p.Specimen()), inState(t, p, data.Draft), p.Ticked(t, later(p.Specimen()))
	if _, err := p.ImportNotice(ctx, p.Administrator, []byte(noticeOf(2, "always", true))); err != nil {
		desktest.Fatal(t, err)
	}
	whom := trust.Content{Certificates: []*x509.Certificate{p.Anchor}}
	if _, err := p.SetTrust(ctx, p.Administrator, p.Reviewer, "utopia", "a file", "", whom); err != nil {
		t.Fatal(err)
	}
	fresh := data.Officer{ID: "officer-e", Name: "Officer E", Mark: "E", Roles: []data.Role{data.Clerk}}
	a, r := p.Administrator, p.Reviewer
	all := map[string]struct {
		first staff.Session
		do    func(first, other staff.Session) error
	}{
		"Revoke": {r, func(s, x staff.Session) error {
			return second(p.Revoke(ctx, s, x, []data.CertificateNumber{c.Number}, "error", ""))
		}},
		"LastTestAbnormal": {r, func(s, x staff.Session) error {
			return second(p.LastTestAbnormal(ctx, s, x, c.Number, data.Positive, ""))
		}},
		"Override": {r, func(s, x staff.Session) error {
			return second(p.Override(ctx, s, x, outside.ID, []string{"window"}, "x"))
		}},
		"Erase":           {a, func(s, x staff.Session) error { return p.Erase(ctx, s, x, draft.ID) }},
		"SetRetention":    {a, func(s, x staff.Session) error { return p.SetRetention(ctx, s, x, 400) }},
		"SetEvidenceTime": {a, func(s, x staff.Session) error { return p.SetEvidenceTime(ctx, s, x, 30) }},
		"SetSampling":     {a, func(s, x staff.Session) error { return p.SetSampling(ctx, s, x, data.Sampling{Percent: 10}) }},
		"SetFlights": {a, func(s, x staff.Session) error {
			return p.SetFlights(ctx, s, x, map[string]string{"UT 846": "high"})
		}},
		"SetLaboratories": {a, func(s, x staff.Session) error { return p.SetLaboratories(ctx, s, x, desktest.Laboratories) }},
		"SetAuthorities": {a, func(s, x staff.Session) error {
			return p.SetAuthorities(ctx, s, x, []data.Authority{{ID: "port-health", Name: "Port Health", Recipient: recipient}})
		}},
		"SetSolo":         {a, func(s, x staff.Session) error { return p.SetSolo(ctx, s, x, p.Now.AddDate(0, 0, 1)) }},
		"SetBackups":      {a, func(s, x staff.Session) error { return p.SetBackups(ctx, s, x, t.TempDir(), []byte(given)) }},
		"ActivateNotice":  {a, func(s, x staff.Session) error { return p.ActivateNotice(ctx, s, x, "test-notice", 2) }},
		"RetireNotice":    {a, func(s, x staff.Session) error { return p.RetireNotice(ctx, s, x, "test-notice", 1) }},
		"AddOfficer":      {a, func(s, x staff.Session) error { return p.AddOfficer(ctx, s, x, fresh, []byte(given)) }},
		"EnableOfficer":   {a, func(s, x staff.Session) error { return p.EnableOfficer(ctx, s, x, "officer-c") }},
		"ResetPassphrase": {a, func(s, x staff.Session) error { return p.ResetPassphrase(ctx, s, x, "officer-c", []byte(given)) }},
		"RequestSigner": {a, func(s, x staff.Session) error {
			return second(p.RequestSigner(ctx, s, x, keys.ForCertificates, "", nil))
		}},
		"ImportSigner": {a, func(s, x staff.Session) error { return second(p.ImportSigner(ctx, s, x, "1", nil, nil)) }},
		"RetireSigner": {a, func(s, x staff.Session) error { return p.RetireSigner(ctx, s, x, "1") }},
		"SetTrust": {a, func(s, x staff.Session) error {
			return second(p.SetTrust(ctx, s, x, "other", "a file", "", whom))
		}},
		"RestoreTrust": {a, func(s, x staff.Session) error { return second(p.RestoreTrust(ctx, s, x, "utopia", 0)) }},
		"MakeListKeys": {a, func(s, x staff.Session) error { return second(p.MakeListKeys(ctx, s, x)) }},
		"RotateKeys":   {a, func(s, x staff.Session) error { return p.RotateKeys(ctx, s, x, func(int) {}) }},
	}
	for name, act := range all {
		for with, other := range map[string]staff.Session{"alone": {}, "twice the same": act.first, "with a clerk": p.Clerk} {
			if err := act.do(act.first, other); !errors.Is(err, desk.ErrSecond) {
				t.Errorf("%s %s: %v", name, with, err)
			}
		}
	}
	for m := range reflect.TypeFor[*desk.Desk]().Methods() {
		officers := 0
		for in := range m.Type.Ins() {
			if in == reflect.TypeFor[staff.Session]() {
				officers++
			}
		}
		if officers == 2 && all[m.Name].do == nil && m.Name != "Preflight" { // which stores nothing
			t.Errorf("%s is not tested alone", m.Name)
		}
	}
}

// TestInvariant14AdverseActsHaveNameAndReason: nothing is sent back or revoked
// without an officer who answers for it and a reason that the traveller is told;
// and for a revocation, a second officer.
func TestInvariant14AdverseActsHaveNameAndReason(t *testing.T) {
	p := desktest.New(t)
	a, c := p.Ticked(t, p.Specimen()), p.Issued(t, p.Specimen())
	numbers := []data.CertificateNumber{c.Number}
	var problems *desk.ProblemsError
	for _, reasons := range [][]string{nil, {"unknown"}} {
		if _, err := p.Return(ctx, p.Reviewer, a.ID, reasons, "why"); !errors.As(err, &problems) {
			t.Errorf("returned for %q: %v", reasons, err)
		}
	}
	returned, err := p.Return(ctx, p.Reviewer, a.ID, []string{"name"}, "as the passport has it")
	if err != nil || returned.Return.Officer != "officer-b" || len(returned.Return.Reasons) != 1 || !returned.Return.At.Equal(p.Now) {
		t.Errorf("%+v, %v", returned.Return, err)
	}
	for name, tt := range map[string]struct {
		second       staff.Session
		reason, note string
		problem      bool
		want         error
	}{
		"without a reason":          {p.Both, "unknown", "", true, nil},
		"for fraud without a word":  {p.Both, data.RevokedFraud, " ", true, nil},
		"as if it were replaced":    {p.Both, data.RevokedReplaced, "", true, nil},
		"by one officer":            {staff.Session{}, "error", "", false, staff.ErrSecond},
		"by the same officer twice": {p.Reviewer, "error", "", false, staff.ErrSecond},
	} {
		_, err := p.Revoke(ctx, p.Reviewer, tt.second, numbers, tt.reason, tt.note)
		if tt.problem != errors.As(err, &problems) || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("revoked %s: %v", name, err)
		}
		if r, err := p.Revocation(ctx, c.Number); r != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	// Time alone, and the program on its own, decide nothing.
	p.Now = p.Now.AddDate(0, 2, 0)
	if _, _, err := p.Daily(ctx); err != nil {
		t.Fatal(err)
	}
	if r, err := p.Revocation(ctx, c.Number); r != nil || err != nil {
		t.Errorf("revoked by nobody: %+v, %v", r, err)
	}
}

// TestInvariant7RevokedForGood: a revocation stays whatever is done afterwards,
// and a correction has another number and revokes the old one with it.
func TestInvariant7RevokedForGood(t *testing.T) {
	p := desktest.New(t)
	c, other := p.Issued(t, p.Specimen()), p.Issued(t, p.Specimen())
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{c.Number}, "error", "a wrong date"); err != nil {
		t.Fatal(err)
	}
	want := data.Revocation{At: p.Now, Reason: "error", Note: "a wrong date", Officer: "officer-b", Second: "officer-c"}
	revoked := func() {
		t.Helper()
		r, err := p.Revocation(ctx, c.Number)
		if err != nil || r == nil || !reflect.DeepEqual(*r, want) {
			t.Errorf("revocation %+v, want %+v, %v", r, want, err)
		}
		if r, err := p.Revocation(ctx, other.Number); err != nil || r != nil {
			t.Errorf("another one of the same traveller: %+v, %v", r, err)
		}
	}
	revoked()
	// Both or neither: one that is revoked already stops all of it.
	if _, err := p.Revoke(ctx, p.Reviewer, p.Both, []data.CertificateNumber{other.Number, c.Number}, "error", ""); !errors.Is(err, desk.ErrRevoked) {
		t.Errorf("revoked twice: %v", err)
	}
	p.Issue(ctx, p.Reviewer, c.Application)
	p.Printed(ctx, p.Clerk, c.Number, "q", "1")
	p.HandOver(ctx, p.Clerk, c.Number, c.Seal)
	p.Lock()
	p.Enter(t)
	revoked()

	a, err := p.Correct(ctx, p.Clerk, other.Number)
	if err == nil {
		a, err = p.Submit(ctx, p.Clerk, a.ID)
	}
	if err == nil {
		a, err = p.Approve(ctx, p.Reviewer, p.Reviewed(t, a.ID).ID)
	}
	if err != nil {
		desktest.Fatal(t, err)
	}
	revoked() // not before the other one is there
	corrected, err := p.Issue(ctx, p.Reviewer, a.ID)
	if err != nil || corrected.Number == other.Number || corrected.Statement.Replaces != other.Number {
		t.Fatalf("%s replaces %q, %v", corrected.Number, corrected.Statement.Replaces, err)
	}
	r, err := p.Revocation(ctx, other.Number)
	if err != nil || r == nil || r.Reason != data.RevokedReplaced || r.ReplacedBy != corrected.Number {
		t.Errorf("the old one: %+v, %v", r, err)
	}
}

// recipient is the public key of an authority.
const recipient = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg"
