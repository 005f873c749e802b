package desk_test

import (
	"slices"
	"strings"
	"time"

	"pratique/data"
	"pratique/data/mrz"
)

// A mistake is one that users of other systems told of, or one of its kin. Make
// puts it into a clean case; false: it does not fit this one.
type mistake struct {
	about, kind string
	make        func(s *seeder, c *aCase) bool
}

// exchange exchanges two characters of a text that differ.
func exchange(s *seeder, text string) string {
	for range 50 {
		i := s.IntN(max(1, len(text)-1))
		if b := []byte(text); i+1 < len(b) && b[i] != b[i+1] && b[i] < 0x80 && b[i+1] < 0x80 {
			b[i], b[i+1] = b[i+1], b[i]
			return string(b)
		}
	}
	return text
}

// digit changes one digit of a text to another.
func digit(s *seeder, text string) string {
	for range 50 {
		if i := s.IntN(max(1, len(text))); i < len(text) && text[i] >= '0' && text[i] <= '9' {
			return text[:i] + string('0'+(text[i]-'0'+1+byte(s.IntN(9)))%10) + text[i+1:]
		}
	}
	return text
}

// dayForMonth exchanges day and month of a full date.
func dayForMonth(d data.Date) data.Date { return d[:5] + d[8:10] + "-" + d[5:7] }

func exchangeable(d data.Date) bool { return d.Full() && d[5:7] != d[8:10] && d[8:10] <= "12" }

// onDay changes the date of a moment's clock and keeps its zone.
func onDay(m data.Moment, d data.Date) data.Moment {
	return data.Moment{Wall: string(d) + m.Wall[10:], Zone: m.Zone}.Pinned()
}

func moved(m data.Moment, by time.Duration) data.Moment {
	return data.MomentOf(instant(m).Add(by), m.Zone)
}

// another is an earlier traveller's case of another person.
func another(s *seeder, c *aCase, fits func(o aCase) bool) (aCase, bool) {
	for range 50 {
		if len(s.accepted) == 0 {
			break
		}
		o := s.accepted[s.IntN(len(s.accepted))]
		if o.Traveller.Surname+o.Traveller.GivenNames != c.Traveller.Surname+c.Traveller.GivenNames && o.Traveller.Birth != c.Traveller.Birth &&
			o.Document.Number != c.Document.Number && (fits == nil || fits(o)) {
			return o, true
		}
	}
	return aCase{}, false
}

// change changes a field and reports whether it is another now.
func change[T comparable](field *T, to T) bool {
	was := *field
	*field = to
	return was != to
}

// anyTest is some test of the case.
func anyTest(s *seeder, c *aCase) *data.Test {
	c.Tests = slices.Clone(c.Tests)
	return &c.Tests[s.IntN(len(c.Tests))]
}

// naat is the first or second test, which the notice asks for.
func naat(s *seeder, c *aCase) *data.Test {
	c.Tests = slices.Clone(c.Tests)
	return &c.Tests[s.IntN(2)]
}

func anyDose(s *seeder, c *aCase) *data.Dose {
	if len(c.Doses) == 0 {
		return nil
	}
	c.Doses = slices.Clone(c.Doses)
	return &c.Doses[s.IntN(len(c.Doses))]
}

var mistakes = []mistake{
	// Names (LESSONS B1, B2).
	{"names", "second given name left out", func(s *seeder, c *aCase) bool {
		first, _, more := strings.Cut(c.Traveller.GivenNames, " ")
		return more && change(&c.Traveller.GivenNames, first)
	}},
	{"names", "a letter left out", func(s *seeder, c *aCase) bool {
		n := c.Traveller.Surname
		i := s.IntN(len(n))
		return n[i] >= 'A' && n[i] <= 'Z' && len(n) > 2 && change(&c.Traveller.Surname, n[:i]+n[i+1:])
	}},
	{"names", "two letters exchanged", func(s *seeder, c *aCase) bool {
		return strings.Trim(c.Traveller.Surname, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && change(&c.Traveller.Surname, exchange(s, c.Traveller.Surname))
	}},
	{"names", "surname and given names exchanged", func(s *seeder, c *aCase) bool {
		t := &c.Traveller
		t.Surname, t.GivenNames = t.GivenNames, t.Surname
		return t.Surname != t.GivenNames && t.Surname != ""
	}},
	{"names", "all names in one field", func(s *seeder, c *aCase) bool {
		t := &c.Traveller
		given := t.GivenNames
		t.Surname, t.GivenNames = t.Surname+" "+t.GivenNames, ""
		return given != ""
	}},
	{"names", "the surname typed twice", func(s *seeder, c *aCase) bool {
		return change(&c.Traveller.GivenNames, c.Traveller.Surname)
	}},
	{"names", "a Cyrillic letter that looks Latin", func(s *seeder, c *aCase) bool {
		return change(&c.Traveller.Surname, strings.Replace(c.Traveller.Surname, "A", "А", 1))
	}},
	{"names", "a space that does not break, or has no width", func(s *seeder, c *aCase) bool {
		return change(&c.Traveller.GivenNames, strings.Replace(c.Traveller.GivenNames, " ", pick(s, "\u00a0", " \u200b"), 1))
	}},
	{"names", "a letter with its mark garbled", func(s *seeder, c *aCase) bool {
		garbled := strings.NewReplacer("Ü", "Ã\u009c", "Ø", "Ã˜", "É", "Ã‰", "Ë", "Ã‹", "Å", "Ã…", "Ç", "Ã‡", "Ú", "Ãš").Replace(c.Traveller.Surname)
		return change(&c.Traveller.Surname, garbled)
	}},
	{"names", "as the zone cut them", func(s *seeder, c *aCase) bool {
		z, err := mrz.Parse(c.Document.MRZ)
		if err != nil || !z.Truncated {
			return false
		}
		c.Traveller.Surname, c.Traveller.GivenNames = z.Primary, z.Secondary
		return true
	}},
	{"names", "the name in characters left out", func(s *seeder, c *aCase) bool { return change(&c.Traveller.NativeName, "") }},
	{"names", "pinyin in place of characters", func(s *seeder, c *aCase) bool {
		return c.Traveller.NativeName != "" && change(&c.Traveller.NativeName, c.Traveller.Surname+" "+c.Traveller.GivenNames)
	}},
	{"names", "a character that cannot be printed", func(s *seeder, c *aCase) bool {
		return c.Traveller.NativeName != "" && change(&c.Traveller.NativeName, c.Traveller.NativeName+"𠮷")
	}},

	// The document and the person.
	{"document", "a wrong digit in the number", func(s *seeder, c *aCase) bool { return change(&c.Document.Number, digit(s, c.Document.Number)) }},
	{"document", "two digits of the number exchanged", func(s *seeder, c *aCase) bool { return change(&c.Document.Number, exchange(s, c.Document.Number)) }},
	{"document", "O for 0 in the number", func(s *seeder, c *aCase) bool {
		return change(&c.Document.Number, strings.Replace(c.Document.Number, "0", "O", 1))
	}},
	{"document", "the number of another document", func(s *seeder, c *aCase) bool { return change(&c.Document.Number, "U"+s.text(8, digits)) }},
	{"document", "expires on another day", func(s *seeder, c *aCase) bool { return change(&c.Document.Expires, c.Document.Expires.Add(10)) }},
	{"document", "expired", func(s *seeder, c *aCase) bool {
		c.Document.Expires = data.DateOf(s.p.Now).Add(-1 - s.IntN(200))
		c.zone.Expires = short(c.Document.Expires)
		s.write(c)
		return true
	}},
	{"document", "a misread character in the zone", func(s *seeder, c *aCase) bool {
		m := c.Document.MRZ
		i := strings.IndexByte(m, '\n') + 1 + s.IntN(28)
		// A check digit does not see G for 6 nor L for 1; neither is made here.
		return m[i] >= '0' && m[i] <= '9' && change(&c.Document.MRZ, m[:i]+string('0'+(m[i]-'0'+1)%10)+m[i+1:])
	}},
	{"document", "issued after it expires", func(s *seeder, c *aCase) bool {
		return c.Document.Issued != "" && change(&c.Document.Issued, c.Document.Expires.Add(1))
	}},
	{"person", "day and month of birth exchanged", func(s *seeder, c *aCase) bool {
		return exchangeable(c.Traveller.Birth) && change(&c.Traveller.Birth, dayForMonth(c.Traveller.Birth))
	}},
	{"person", "another year of birth", func(s *seeder, c *aCase) bool {
		b := c.Traveller.Birth
		return change(&c.Traveller.Birth, data.Date(digit(s, string(b[:4])))+b[4:]) && c.Traveller.Birth[2:4] != b[2:4]
	}},
	{"person", "only the year of birth", func(s *seeder, c *aCase) bool { return change(&c.Traveller.Birth, c.Traveller.Birth[:4]) }},
	{"person", "the other sex", func(s *seeder, c *aCase) bool {
		return c.Traveller.Sex != data.Unspecified && change(&c.Traveller.Sex, map[data.Sex]data.Sex{data.Male: data.Female, data.Female: data.Male}[c.Traveller.Sex])
	}},
	{"person", "another nationality", func(s *seeder, c *aCase) bool { return change(&c.Traveller.Nationality, pick(s, "SGP", "UTO", "FRA")) }},
	{"person", "a wrong digit in the identity number", func(s *seeder, c *aCase) bool {
		return change(&c.Traveller.ResidentID, digit(s, c.Traveller.ResidentID))
	}},
	{"person", "a child without who answers for it", func(s *seeder, c *aCase) bool { return change(&c.Traveller.Guardian, data.Guardian{}) }},

	// Persons exchanged, reports used again (B5, A5).
	{"exchanged", "the passport of a companion was read", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, nil)
		return ok && change(&c.Document.MRZ, o.Document.MRZ)
	}},
	{"exchanged", "the fields of the traveller before", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, nil)
		c.Traveller = o.Traveller
		return ok
	}},
	{"exchanged", "birth and sex of a companion", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, func(o aCase) bool { return o.Traveller.Guardian == c.Traveller.Guardian })
		c.Traveller.Birth, c.Traveller.Sex = o.Traveller.Birth, o.Traveller.Sex
		return ok
	}},
	{"reports", "a report of another traveller", func(s *seeder, c *aCase) bool {
		t := naat(s, c)
		o, ok := another(s, c, func(o aCase) bool { return o.Tests[0].Laboratory == t.Laboratory })
		if ok {
			t.ReportNo = o.Tests[0].ReportNo
		}
		return ok
	}},
	{"reports", "the same, its number written otherwise", func(s *seeder, c *aCase) bool {
		t := naat(s, c)
		o, ok := another(s, c, func(o aCase) bool { return o.Tests[1].Laboratory == t.Laboratory })
		if ok {
			t.ReportNo = strings.ToLower(strings.Replace(o.Tests[1].ReportNo, "-", pick(s, " ", "/", ""), 1))
		}
		return ok
	}},
	{"reports", "the same scan for another traveller", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, func(o aCase) bool { return o.scan != nil })
		c.scan = o.scan
		return ok
	}},
	{"reports", "all reports of another traveller", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, nil)
		c.Tests = o.Tests
		return ok
	}},
	{"reports", "one report entered as both tests", func(s *seeder, c *aCase) bool {
		c.Tests = slices.Clone(c.Tests)
		c.Tests[1] = c.Tests[0]
		return true
	}},
	{"again", "the same traveller a second time", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, nil)
		c.Traveller, c.Document = o.Traveller, o.Document
		return ok
	}},
	{"again", "the same document with another name", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, func(o aCase) bool {
			return o.Document.Kind == c.Document.Kind && o.Document.Issuer == c.Document.Issuer
		})
		c.Document.Number, c.zone.Number = o.Document.Number, o.Document.Number
		s.write(c)
		return ok
	}},
	{"again", "the same traveller with a new document", func(s *seeder, c *aCase) bool {
		o, ok := another(s, c, func(o aCase) bool { return o.Document.Issuer == c.Document.Issuer })
		number := c.Document.Number
		c.Traveller, c.Document, c.zone = o.Traveller, o.Document, o.zone
		c.Document.Number, c.zone.Number = number, number
		s.write(c)
		return ok
	}},

	// Dates and windows (B4).
	{"dates", "sampled: day and month exchanged", func(s *seeder, c *aCase) bool {
		t := naat(s, c)
		d := t.Sampled.Date()
		if exchangeable(d) {
			t.Sampled = onDay(t.Sampled, dayForMonth(d))
		}
		return exchangeable(d)
	}},
	{"dates", "sampled: another month", func(s *seeder, c *aCase) bool {
		t := anyTest(s, c)
		d := t.Sampled.Date()
		t.Sampled = onDay(t.Sampled, d[:5]+pick[data.Date](s, "10", "12")+d[7:])
		return true
	}},
	{"dates", "sampled: another year", func(s *seeder, c *aCase) bool {
		t := anyTest(s, c)
		t.Sampled = onDay(t.Sampled, pick[data.Date](s, "2021", "2023")+t.Sampled.Date()[4:])
		return true
	}},
	{"dates", "sampled: a day early", func(s *seeder, c *aCase) bool {
		c.Tests = slices.Clone(c.Tests)
		t := &c.Tests[0]
		t.Sampled = moved(t.Sampled, -24*time.Hour)
		return true
	}},
	{"dates", "sampled: a day late", func(s *seeder, c *aCase) bool {
		t := anyTest(s, c)
		t.Sampled = moved(t.Sampled, 24*time.Hour)
		return true
	}},
	{"dates", "sampled: afternoon for morning", func(s *seeder, c *aCase) bool {
		t := anyTest(s, c)
		t.Sampled = moved(t.Sampled, 12*time.Hour)
		return true
	}},
	{"dates", "reported before it was sampled", func(s *seeder, c *aCase) bool {
		t := anyTest(s, c)
		t.Sampled, t.Reported = t.Reported, t.Sampled
		return t.Sampled != t.Reported
	}},
	{"dates", "reported: a day late", func(s *seeder, c *aCase) bool {
		c.Tests = slices.Clone(c.Tests)
		t := &c.Tests[1]
		t.Reported = moved(t.Reported, 24*time.Hour)
		return true
	}},
	{"dates", "no time of sampling", func(s *seeder, c *aCase) bool { return change(&anyTest(s, c).Sampled, data.Moment{}) }},
	{"dates", "no time of the report", func(s *seeder, c *aCase) bool { return change(&anyTest(s, c).Reported, data.Moment{}) }},
	{"dates", "the two samples too near to each other", func(s *seeder, c *aCase) bool {
		c.Tests = slices.Clone(c.Tests)
		t := &c.Tests[1]
		by := instant(c.Tests[0].Sampled).Add(time.Duration(12+s.IntN(12)) * time.Hour).Sub(instant(t.Sampled))
		t.Sampled, t.Analysed, t.Reported = moved(t.Sampled, by), data.Moment{}, moved(t.Reported, by)
		return true
	}},
	{"dates", "the flight is over", func(s *seeder, c *aCase) bool {
		c.Itinerary = slices.Clone(c.Itinerary)
		d := &c.Itinerary[0].Departs
		*d = onDay(*d, data.DateOf(s.p.Now).Add(-2))
		return true
	}},
	{"dates", "the flight on a later day", func(s *seeder, c *aCase) bool {
		c.Itinerary = slices.Clone(c.Itinerary)[:1]
		l := &c.Itinerary[0]
		l.Departs, l.Arrives = onDay(l.Departs, l.Departs.Date().Add(1)), data.Moment{}
		return true
	}},
	{"dates", "the flight at another hour", func(s *seeder, c *aCase) bool {
		c.Itinerary = slices.Clone(c.Itinerary)[:1]
		l := &c.Itinerary[0]
		l.Departs, l.Arrives = moved(l.Departs, -time.Duration(1+s.IntN(3))*time.Hour), data.Moment{}
		return true
	}},
	{"dates", "the onward flight before the first lands", func(s *seeder, c *aCase) bool {
		if len(c.Itinerary) < 2 {
			return false
		}
		c.Itinerary = slices.Clone(c.Itinerary)
		c.Itinerary[1].Departs = moved(c.Itinerary[1].Departs, -4*time.Hour)
		return true
	}},

	// Zones (B4).
	{"zones", "a report on the post's clock, not the laboratory's", func(s *seeder, c *aCase) bool {
		return rezone(s, c, func(zone string) string { return map[string]string{"America/Chicago": "America/New_York"}[zone] })
	}},
	{"zones", "a report in UTC", func(s *seeder, c *aCase) bool { return rezone(s, c, func(string) string { return "UTC" }) }},
	{"zones", "a report on the clock of the destination", func(s *seeder, c *aCase) bool { return rezone(s, c, func(string) string { return "Asia/Shanghai" }) }},
	{"zones", "the offset of summer in winter, or of winter in summer", func(s *seeder, c *aCase) bool {
		t := anyTest(s, c)
		summer := map[string][2]string{"America/New_York": {"-04:00", "-05:00"}, "America/Chicago": {"-05:00", "-06:00"}}[t.Sampled.Zone]
		other := summer[0]
		if t.Sampled.Offset == other {
			other = summer[1]
		}
		t.Sampled.Offset = other
		return !t.Sampled.ZoneAgrees() // in the hour that comes twice both are right
	}},
	{"zones", "no place for the clock", func(s *seeder, c *aCase) bool {
		t := anyTest(s, c)
		t.Sampled.Zone, t.Sampled.Offset = "", ""
		return true
	}},
	{"zones", "the departure on the clock of the destination", func(s *seeder, c *aCase) bool {
		c.Itinerary = slices.Clone(c.Itinerary)
		l := &c.Itinerary[0]
		l.Departs = data.Moment{Wall: l.Departs.Wall, Zone: "Asia/Shanghai"}.Pinned()
		return true
	}},
	{"zones", "the departure in UTC", func(s *seeder, c *aCase) bool {
		c.Itinerary = slices.Clone(c.Itinerary)
		l := &c.Itinerary[0]
		l.Departs = data.Moment{Wall: l.Departs.Wall, Zone: "UTC"}.Pinned()
		return true
	}},

	// Doses (B3).
	{"doses", "a dose left out", func(s *seeder, c *aCase) bool {
		n := map[string]int{"ZF2001": 3, "EU/1/20/1525": 1}
		if len(c.Doses) == 0 || len(c.Doses) != max(2, n[c.Doses[0].Product]) || c.Doses[0].Product == "EU/1/20/1525" {
			return false // a booster more or less is no incomplete course
		}
		c.Doses = c.Doses[1:]
		return true
	}},
	{"doses", "the first dose in place of the second", func(s *seeder, c *aCase) bool {
		if len(c.Doses) < 2 {
			return false
		}
		c.Doses = slices.Clone(c.Doses)
		c.Doses[1] = c.Doses[0]
		return true
	}},
	{"doses", "doses in the wrong order", func(s *seeder, c *aCase) bool {
		c.Doses = slices.Clone(c.Doses)
		slices.Reverse(c.Doses)
		return len(c.Doses) > 1
	}},
	{"doses", "a dose of the year to come", func(s *seeder, c *aCase) bool {
		d := anyDose(s, c)
		return d != nil && change(&d.Date, "2023"+d.Date[4:])
	}},
	{"doses", "a dose before birth", func(s *seeder, c *aCase) bool {
		d := anyDose(s, c)
		return d != nil && change(&d.Date, c.Traveller.Birth.Add(-30))
	}},
	{"doses", "a dose without its day", func(s *seeder, c *aCase) bool {
		d := anyDose(s, c)
		return d != nil && change(&d.Date, d.Date[:7])
	}},
	{"doses", "a dose too near to the test", func(s *seeder, c *aCase) bool {
		if len(c.Doses) == 0 {
			return false
		}
		c.Doses = slices.Clone(c.Doses)
		c.Doses[len(c.Doses)-1].Date = c.Tests[0].Sampled.Date().Add(-s.IntN(14))
		return true
	}},
	{"doses", "a vaccine that is none", func(s *seeder, c *aCase) bool {
		d := anyDose(s, c)
		return d != nil && change(&d.Product, pick(s, "Comirnaty 2", "cobas-sars-cov-2", ""))
	}},
	{"doses", "another vaccine for one dose of two", func(s *seeder, c *aCase) bool {
		if len(c.Doses) != 2 || c.Doses[0].Product == "EU/1/20/1525" {
			return false
		}
		d := anyDose(s, c)
		return change(&d.Product, "ZF2001")
	}},
	{"doses", "no lot", func(s *seeder, c *aCase) bool {
		d := anyDose(s, c)
		return d != nil && change(&d.Lot, "")
	}},
	{"doses", "a lot in wide digits", func(s *seeder, c *aCase) bool {
		d := anyDose(s, c)
		return d != nil && change(&d.Lot, "Ａ２０２１０３")
	}},
	{"doses", "no country", func(s *seeder, c *aCase) bool {
		d := anyDose(s, c)
		return d != nil && change(&d.Country, pick(s, "", "CN", "ZZZ"))
	}},

	// Tests and papers.
	{"tests", "a test left out", func(s *seeder, c *aCase) bool {
		c.Tests = slices.Delete(slices.Clone(c.Tests), s.IntN(2), 2)
		return len(c.Tests) > 0
	}},
	{"tests", "no result", func(s *seeder, c *aCase) bool { return change(&anyTest(s, c).Result, "") }},
	{"tests", "a positive result", func(s *seeder, c *aCase) bool {
		return change(&naat(s, c).Result, pick(s, data.Positive, data.Indeterminate))
	}},
	{"tests", "a specimen of another kind of test", func(s *seeder, c *aCase) bool { return change(&naat(s, c).Specimen, "venous") }},
	{"tests", "a specimen the notice does not take", func(s *seeder, c *aCase) bool { return change(&naat(s, c).Specimen, pick(s, "saliva", "nasal")) }},
	{"tests", "a method of another kind of test", func(s *seeder, c *aCase) bool { return change(&naat(s, c).Method, pick(s, "elisa", "rapid-antigen")) }},
	{"tests", "a laboratory that is not on the list", func(s *seeder, c *aCase) bool { return change(&anyTest(s, c).Laboratory, "elsewhere") }},
	{"tests", "a laboratory that is not on the list any more", func(s *seeder, c *aCase) bool { return change(&anyTest(s, c).Laboratory, "meadow") }},
	{"tests", "both tests by one laboratory", func(s *seeder, c *aCase) bool {
		c.Tests = slices.Clone(c.Tests)
		return zoneOf(string(c.Tests[0].Laboratory)) == zoneOf(string(c.Tests[1].Laboratory)) && change(&c.Tests[1].Laboratory, c.Tests[0].Laboratory)
	}},
	{"tests", "both tests with one reagent", func(s *seeder, c *aCase) bool {
		c.Tests = slices.Clone(c.Tests)
		return change(&c.Tests[1].Product, c.Tests[0].Product)
	}},
	{"tests", "a report that does not say enough", func(s *seeder, c *aCase) bool {
		t := naat(s, c)
		t.Mentions = slices.DeleteFunc(slices.Clone(t.Mentions), func(m string) bool { return m == "sampling-time" })
		return true
	}},
	{"papers", "symptoms", func(s *seeder, c *aCase) bool {
		c.Declaration.Symptoms, c.Declaration.Complaints = data.Yes, []string{"fever"}
		return true
	}},
	{"papers", "a question that was not asked", func(s *seeder, c *aCase) bool { return change(&c.Declaration.Contact, data.Unasked) }},
	{"papers", "declared and not signed", func(s *seeder, c *aCase) bool {
		return change(&c.Declaration.Agreed, false) && change(&c.Declaration.Signed, "")
	}},
	{"papers", "another type of certificate", func(s *seeder, c *aCase) bool {
		return change(&c.Type, pick(s, data.CertificateVaccination, data.CertificateAntibody))
	}},
	{"papers", "an airport that is none", func(s *seeder, c *aCase) bool {
		c.Itinerary = slices.Clone(c.Itinerary)
		return change(&c.Itinerary[0].To, pick(s, "Beijing", "", "PV"))
	}},
}

// rezone puts all times of a report on another clock that shows the same.
func rezone(s *seeder, c *aCase, to func(zone string) string) bool {
	t := anyTest(s, c)
	zone := to(t.Sampled.Zone)
	if zone == "" {
		return false
	}
	for _, m := range []*data.Moment{&t.Sampled, &t.Analysed, &t.Reported} {
		if !m.IsZero() {
			*m = data.Moment{Wall: m.Wall, Zone: zone}.Pinned()
		}
	}
	return true
}
