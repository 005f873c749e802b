package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"pratique/cmd/internal/house"
	"pratique/data"
	"pratique/data/brought"
	"pratique/data/evidence"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/sealed"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
	"pratique/data/staff"
	"pratique/data/trust"
	"pratique/ui/locale"
	"pratique/ui/stated"
)

type verifyCommand struct {
	Trust          []string `help:"Whom to trust: a post's folder, or files or folders of certificates, CRLs, master lists, lists in JSON, key sets, DID documents." placeholder:"PATH" sep:"none"`
	Revocations    []string `help:"Revocation lists: files, or the folder of revocations import." placeholder:"PATH" sep:"none"`
	Post           string   `help:"Trust what this post trusts, and ask it what is revoked; somebody signs in for that." placeholder:"DIR"`
	As             string   `help:"Officer of that post, by mark or identifier; a practice post has one who acts." placeholder:"NAME"`
	PassphraseFile string   `help:"File whose first line is the officer's passphrase; the terminal asks where there is none." placeholder:"FILE"`
	Practice       bool     `help:"Accept practice paper, which is worth nothing, for training."`
	At             instant  `help:"Check as of this time instead of now." placeholder:"TIME"`
	Identity       []string `help:"Open encrypted seals with the secret keys in this file, those of an authority." placeholder:"FILE" sep:"none"`
	JSON           bool     `help:"Print the verdicts as JSON."`
	Files          []string `arg:"" help:"Text, PNG, JPEG or PDF; - reads standard input. Parts of one seal may be in several." placeholder:"FILE"`
}

func (c verifyCommand) Run(ctx context.Context, s *streams) error {
	if c.Post == "" {
		return c.verify(ctx, s, &trust.List{})
	}
	officer := one{Post: c.Post, As: c.As, PassphraseFile: c.PassphraseFile}
	return officer.signedIn(ctx, s, data.Reviewer, func(h *house.House, _ staff.Session) error {
		list, err := h.Trusted(ctx)
		if err != nil {
			return err
		}
		return c.verify(ctx, s, list)
	})
}

// verify checks the files against a list and what else is to be trusted.
func (c verifyCommand) verify(ctx context.Context, s *streams, list *trust.List) error {
	for _, path := range c.Trust {
		if err := list.Load(path); err != nil {
			return usageError{err}
		}
	}
	for _, path := range c.Revocations {
		if err := addRevocations(list, path); err != nil {
			return err
		}
	}
	if err := believed(list); err != nil {
		return err
	}
	now := c.At.or(s.now())
	switch latest := list.Latest(); {
	case !c.At.IsZero(): // whatever the clock says, this is the time
		list.Since = time.Time{}
	case latest.After(list.Since):
		list.Since = latest
	}
	pages := house.Pages()
	defer pages.Close()
	reader := evidence.NewWorker(pages)
	var texts []string
	var unread []error
	for _, file := range c.Files {
		b, err := readInput(s.in, file)
		if err != nil {
			return usageError{err}
		}
		found, err := reader.Read(ctx, b)
		if ctx.Err() != nil {
			return ctx.Err()
		} // any other error is about the file: it is told below, and nothing could be read
		switch {
		case err != nil:
			unread = append(unread, fmt.Errorf("%s: %w", file, err))
		case len(found.Symbols) == 0:
			unread = append(unread, fmt.Errorf("%s: no QR symbol found", file))
		}
		for _, symbol := range found.Symbols {
			text, layout := brought.Meant(symbol.Text)
			if layout != evidence.Straight {
				fmt.Fprintf(s.err, "%s: typed by a scanner into another keyboard (%s), and read as it was meant\n", file, layout)
			}
			texts = append(texts, text)
		}
	}
	verdicts := []trust.Verdict{}
	identities, err := c.identities()
	if err != nil {
		return usageError{err}
	}
	for _, text := range seal.Join(texts) {
		if len(identities) > 0 && sealed.Looks(text) {
			opened, err := sealed.Open(text, identities...)
			if err != nil {
				fmt.Fprintf(s.err, "%v\n", err)
			} else {
				text = opened
			}
		}
		verdicts = append(verdicts, list.Verify(text, now, c.Practice))
	}
	if c.JSON {
		if err := printJSON(s.out, verdicts); err != nil {
			return err
		}
	} else {
		words, wordsErr := house.Words()
		if wordsErr != nil {
			return wordsErr
		}
		english := words.In(locale.English)
		for _, v := range verdicts {
			say(s, english, now, v)
		}
		for _, err := range unread {
			fmt.Fprintln(s.err, err)
		}
	}
	return exitOfVerdicts(verdicts)
}

// identities are the secret keys in the files that were named.
func (c verifyCommand) identities() (all []age.Identity, err error) {
	for _, path := range c.Identity {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		some, err := sealed.ReadIdentities(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// exitOfVerdicts is 1 for any invalid seal, else 2 for any that nothing can be
// said about, else 3 if none could be read, else nil.
func exitOfVerdicts(verdicts []trust.Verdict) error {
	count := map[trust.Outcome]int{}
	for _, v := range verdicts {
		count[v.Outcome]++
	}
	switch {
	case count[trust.Invalid] > 0:
		return status(exitFault)
	case count[trust.CannotSay] > 0:
		return status(exitCannotSay)
	case count[trust.Valid] == 0:
		return status(exitUnreadable)
	}
	return nil
}

// say prints a verdict for people.
func say(s *streams, words *locale.Catalogue, now time.Time, v trust.Verdict) {
	fmt.Fprintln(s.out, strings.ToUpper(words.T("verdict."+string(v.Outcome))))
	for _, r := range v.Reasons {
		fmt.Fprintln(s.out, "  "+words.T("verdict.reason."+string(r)))
	}
	for _, line := range stated.About(words, now, v) {
		fmt.Fprintln(s.out, "  "+visible(line))
	}
	line := func(label string, values ...any) {
		fmt.Fprintf(s.out, "  %-12s %s\n", label, data.CleanText(fmt.Sprintln(values...)))
	}
	switch {
	case v.Claims != nil:
		sayStatement(line, *v.Claims)
		if v.Particulars != nil {
			sayParticulars(line, *v.Particulars)
		}
	case v.DCC != nil:
		sayDCC(line, *v.DCC)
	case v.VDSNC != nil:
		sayVDSNC(line, *v.VDSNC)
	case v.WHO != nil:
		for _, f := range v.WHO.Fields {
			line(f.Path, f.Value)
		}
	case v.SHC != nil:
		saySHC(line, *v.SHC)
	case v.NZCP != nil:
		line("number", v.NZCP.ID)
		line("name", v.NZCP.GivenName, v.NZCP.FamilyName)
		line("born", v.NZCP.Birth)
		line("holds", v.NZCP.NotBefore.Format(time.RFC3339), "to", v.NZCP.Expires.Format(time.RFC3339))
	}
}

func saySHC(line func(string, ...any), c shc.Card) {
	for _, p := range c.Patients {
		line("name", p.Family, p.Given)
		line("born", p.Birth)
	}
	for _, i := range c.Immunizations {
		line("dose", i.Date, i.Vaccine, i.Lot, i.Performer, i.Status)
	}
	for _, o := range c.Observations {
		line("test", o.Date, o.Code, o.Value, o.Performer, o.Status)
	}
	line("issued", c.NotBefore.Format(time.RFC3339), "by", c.Issuer)
	if !c.Expires.IsZero() {
		line("seal until", c.Expires.Format(time.RFC3339))
	}
}

func sayStatement(line func(string, ...any), st data.Statement) {
	line("number", st.Number)
	line("name", st.Surname, st.GivenNames, st.NativeName)
	line("born", st.Birth, st.Sex, st.Nationality)
	line("document", st.DocumentKind, st.DocumentIssuer, st.DocumentNumber, "until", st.DocumentExpires)
	for _, t := range st.Tests {
		line("test", t.Kind, t.Result, "sampled", t.Sampled, t.Laboratory)
	}
	for _, d := range st.Doses {
		line("dose", d.Date, d.Product, d.Lot, d.Country)
	}
	line("colour", st.Colour)
	if l := st.LastTest; l.Kind != "" {
		line("only with", "a negative", l.Kind, "test sampled within", l.Hours, "hours before departure")
	}
	if st.Notice != "" {
		line("notice", st.Notice, st.NoticeVersion)
	}
	line("issued", st.Issued)
	line("holds", st.ValidFrom, "to", st.ValidUntil)
	line("seal until", st.Expires)
}

func sayParticulars(line func(string, ...any), p data.Particulars) {
	say := func(label string, values ...any) {
		if data.CleanText(fmt.Sprintln(values...)) != "" {
			line(label, values...)
		}
	}
	say("telephone", p.Phone)
	say("e-mail", p.Email)
	say("resident", p.ResidentID)
	say("guardian", p.Guardian.Name, p.Guardian.Relation, p.Guardian.DocumentNumber, p.Guardian.Phone)
	say("contact", p.Contact.Name, p.Contact.Relation, p.Contact.Organisation, p.Contact.Phone)
	for _, r := range p.Reports {
		say("report", r.Number, r.Product, r.Laboratory, r.Phone, r.Country)
	}
	for _, n := range p.Infections {
		say("infection", n.FirstPositive, n.Recovered, n.Imaging.Kind, n.Imaging.Date, n.Imaging.Finding, n.Remarks)
	}
	for _, l := range p.Itinerary {
		say("flight", l.Flight, l.From, l.To, l.Departs)
	}
	for _, v := range p.Stays {
		say("stay", v.Country, v.City, v.From, v.Until)
	}
	for _, v := range p.Papers {
		say("paper", v.Kind, v.From, v.Until, strings.Join(v.Mentions, " "))
	}
	if d := p.Declaration; d.Signed != "" {
		line("declared", "symptoms", cmp.Or(d.Symptoms, "not asked"), strings.Join(d.Complaints, " "), "contact", cmp.Or(d.Contact, "not asked"),
			"medicine", cmp.Or(d.Medicine, "not asked"), "signed", d.Signed)
		say("remarks", d.Remarks)
	}
}

func sayDCC(line func(string, ...any), c dcc.Claims) {
	d := c.Certificate
	line("number", d.ID())
	line("name", d.Name.Surname, d.Name.GivenName, d.Name.SurnameLatin, d.Name.GivenNameLatin)
	line("born", d.Birth)
	for _, t := range d.Tests {
		line("test", t.Type, t.Result, "sampled", t.Sampled, t.Centre, t.Country)
	}
	for _, v := range d.Vaccinations {
		line("dose", fmt.Sprintf("%d/%d", v.Dose, v.Series), v.Date, v.Product, v.Country)
	}
	for _, r := range d.Recoveries {
		line("recovery", "positive", r.FirstPositive, "holds", r.From, "to", r.Until, r.Country)
	}
	line("issued", c.Issued.Format(time.RFC3339))
	line("seal until", c.Expires.Format(time.RFC3339))
}

func sayVDSNC(line func(string, ...any), d vdsnc.Data) {
	line("number", d.Number())
	if t := d.Test; t != nil {
		line("name", t.Person.Name)
		line("born", t.Person.Birth)
		line("document", t.Person.DocumentType, t.Person.DocumentNumber)
		line("test", t.Result.Kind, t.Result.Result, t.Note, "sampled", t.Dates.Sampled, t.Provider.Name, t.Provider.Country)
	}
	if v := d.Vaccination; v != nil {
		line("name", v.Person.Name)
		line("born", v.Person.Birth, v.Person.Sex)
		line("document", v.Person.TravelDocument, v.Person.OtherDocument)
		for _, e := range v.Vaccines {
			for _, dose := range e.Doses {
				line("dose", dose.Sequence, dose.Date, e.Name, dose.Lot, dose.Country)
			}
		}
	}
}
