package stated

import (
	"fmt"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/seal"
	"pratique/data/seal/dcc"
	"pratique/data/seal/nzcp"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
	"pratique/data/seal/who"
	"pratique/data/trust"
	"pratique/ui/locale"
)

// About is what a verdict says of its own grounds: whose signature it is, with
// which key, through which list and how old that is, which revocation list was
// asked, and how the clock is.
func About(w *locale.Catalogue, now time.Time, v trust.Verdict) (lines []string) {
	if v.Outcome == trust.Unreadable {
		return nil
	}
	if v.Issuer != "" {
		lines = append(lines, w.T("verdict.signed-by", v.Issuer))
	}
	if v.Key != "" {
		lines = append(lines, w.T("stated.key", v.Key))
	}
	if l := v.List; l != nil && l.Imported.IsZero() {
		lines = append(lines, w.T("stated.list.file", l.Name))
	} else if l != nil {
		lines = append(lines, w.T("stated.list", l.Name, l.Imported.UTC().Format(time.DateOnly), max(0, int(now.Sub(l.Imported).Hours()/24))))
	}
	if r := v.Revocations; r != nil {
		lines = append(lines, w.T("stated.revocations", r.Number, r.Issued.UTC().Format(time.DateOnly), r.Next.UTC().Format(time.DateOnly)))
	}
	if v.Clock != "" {
		lines = append(lines, w.T("stated.clock."+string(v.Clock)))
	}
	if len(v.SubClaims) > 0 {
		lines = append(lines, w.T("stated.sub-claims", strings.Trim(fmt.Sprint(v.SubClaims), "[]")))
	}
	return lines
}

// Format is what a seal's format is called.
func Format(w *locale.Catalogue, v trust.Verdict) string {
	if v.WHO != nil {
		return w.T(fmt.Sprintf("format.who.%d", v.WHO.SubClaim))
	}
	return w.T("format." + string(v.Format))
}

// Foreign are the groups of what a seal of another format says, in that format's
// words: values are as the issuer wrote them, with the meaning of codes that
// are known. It is nil for a certificate seal, and for a seal that says nothing.
func Foreign(w *locale.Catalogue, v trust.Verdict) []Group {
	f := foreign{w}
	switch {
	case v.DCC != nil:
		return f.dcc(*v.DCC)
	case v.VDSNC != nil:
		return f.vdsnc(*v.VDSNC)
	case v.WHO != nil:
		return f.who(*v.WHO)
	case v.SHC != nil:
		return f.shc(*v.SHC)
	case v.NZCP != nil:
		return f.nzcp(*v.NZCP)
	}
	return nil
}

// Person is the name on a seal of another format, empty where it cannot be told.
func Person(v trust.Verdict) string {
	switch {
	case v.DCC != nil:
		n := v.DCC.Certificate.Name
		if n.Surname+n.GivenName == "" {
			return Name("", n.SurnameLatin, n.GivenNameLatin)
		}
		return Name("", n.Surname, n.GivenName)
	case v.VDSNC != nil && v.VDSNC.Test != nil:
		return v.VDSNC.Test.Person.Name
	case v.VDSNC != nil && v.VDSNC.Vaccination != nil:
		return v.VDSNC.Vaccination.Person.Name
	case v.WHO != nil:
		return v.WHO.Find("n") + v.WHO.Find("name")
	case v.SHC != nil && len(v.SHC.Patients) == 1:
		return Name("", v.SHC.Patients[0].Family, v.SHC.Patients[0].Given)
	case v.NZCP != nil:
		return Name("", v.NZCP.FamilyName, v.NZCP.GivenName)
	}
	return ""
}

type foreign struct{ w *locale.Catalogue }

// line is a line of a value that is there; data cleans what a stranger wrote.
func (f foreign) lines(pairs ...string) (lines []Line) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := data.CleanText(pairs[i+1]); value != "" {
			lines = append(lines, Line{Label: f.w.T("stated." + pairs[i]), Value: value, Strong: pairs[i] == "result"})
		}
	}
	return lines
}

func (f foreign) group(title string, pairs ...string) Group {
	return Group{Name: title, Title: f.w.T("stated." + title), Lines: f.lines(pairs...)}
}

// person is the group that is compared with the traveller's document.
func (f foreign) person(pairs ...string) Group {
	return Group{Name: data.GroupIdentity, Title: f.w.T("stated.person"), Lines: f.lines(pairs...)}
}

// code is a code with its meaning, if that is known.
func (f foreign) code(code string) string {
	if key := "stated.code." + code[strings.LastIndex(code, " ")+1:]; f.w.Has(key) { // behind the system, if that is named
		return code + " " + f.w.T(key)
	}
	return code
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (f foreign) dcc(c dcc.Claims) []Group {
	d := c.Certificate
	groups := []Group{f.person("name", Name("", d.Name.Surname, d.Name.GivenName), "name.latin", Name("", d.Name.SurnameLatin, d.Name.GivenNameLatin), "birth", d.Birth)}
	for _, t := range d.Tests {
		groups = append(groups, f.group("test", "result", f.code(t.Result), "disease", f.code(t.Disease), "kind", f.code(t.Type), "product", Join(t.Name, t.Device),
			"sampled", t.Sampled, "place", t.Centre, "state", t.Country, "issuer", t.Issuer, "id", t.ID))
	}
	for _, v := range d.Vaccinations {
		groups = append(groups, f.group("dose", "count", fmt.Sprintf("%d/%d", v.Dose, v.Series), "date", v.Date, "disease", f.code(v.Disease),
			"product", Join(v.Product, v.Holder, v.Vaccine), "state", v.Country, "issuer", v.Issuer, "id", v.ID))
	}
	for _, r := range d.Recoveries {
		groups = append(groups, f.group("recovery", "disease", f.code(r.Disease), "positive", r.FirstPositive, "from", r.From, "until", r.Until, "state", r.Country, "issuer", r.Issuer, "id", r.ID))
	}
	return append(groups, f.group("certificate", "issued", instant(c.Issued), "expires", instant(c.Expires), "state", c.Issuer))
}

func (f foreign) vdsnc(d vdsnc.Data) (groups []Group) {
	if t := d.Test; t != nil {
		groups = append(groups,
			f.person("name", t.Person.Name, "birth", t.Person.Birth, "document", Join(t.Person.DocumentType, t.Person.DocumentNumber)),
			f.group("test", "result", t.Result.Result, "kind", Join(t.Result.Kind, t.Result.Specimen), "sampled", t.Dates.Sampled, "reported", t.Dates.Reported,
				"place", t.Provider.Name, "state", t.Provider.Country, "note", t.Note))
	}
	if v := d.Vaccination; v != nil {
		groups = append(groups, f.person("name", v.Person.Name, "birth", Join(v.Person.Birth, v.Person.Sex), "document", Join(v.Person.TravelDocument, v.Person.OtherDocument)))
		for _, e := range v.Vaccines {
			for _, dose := range e.Doses {
				groups = append(groups, f.group("dose", "count", fmt.Sprint(dose.Sequence), "date", dose.Date, "product", Join(e.Name, e.Code, dose.Lot),
					"disease", e.Disease, "place", dose.Place, "state", dose.Country))
			}
		}
	}
	return append(groups, f.group("certificate", "id", d.Number(), "state", d.Issuer))
}

func (f foreign) who(c who.Certificate) []Group {
	all := Group{Name: data.GroupIdentity, Title: f.w.T("stated.fields")}
	for _, field := range c.Fields {
		if value := data.CleanText(field.Value); value != "" {
			all.Lines = append(all.Lines, Line{Label: data.CleanText(field.Path), Value: value})
		}
	}
	if c.SubClaim == who.Link {
		all.Lines = append(all.Lines, Line{Label: f.w.T("stated.note"), Value: f.w.T("format.link")})
	}
	return []Group{all, f.group("certificate", "issued", instant(c.Issued), "expires", instant(c.Expires), "state", c.Issuer)}
}

func (f foreign) shc(c shc.Card) []Group {
	person := f.person()
	for _, p := range c.Patients {
		person.Lines = append(person.Lines, f.lines("name", Name("", p.Family, p.Given), "birth", p.Birth)...)
	}
	groups := []Group{person}
	for _, o := range c.Observations {
		groups = append(groups, f.group("test", "result", f.code(o.Value), "kind", Join(o.Code.String(), o.Status), "date", o.Date, "place", o.Performer))
	}
	for _, i := range c.Immunizations {
		groups = append(groups, f.group("dose", "date", i.Date, "product", Join(i.Vaccine.String(), i.Lot, i.Status), "place", i.Performer))
	}
	return append(groups, f.group("certificate", "issuer", c.Issuer, "issued", instant(c.NotBefore), "expires", instant(c.Expires), "others", strings.Join(c.Others, ", ")))
}

func (f foreign) nzcp(p nzcp.Pass) []Group {
	return []Group{
		f.person("name", Name("", p.FamilyName, p.GivenName), "birth", p.Birth),
		f.group("certificate", "id", p.ID, "issuer", p.Issuer, "from", instant(p.NotBefore), "until", instant(p.Expires)),
	}
}

// IsForeign reports whether a verdict is about a seal of another format.
func IsForeign(v trust.Verdict) bool { return v.Format != "" && v.Format != seal.HCERT }
