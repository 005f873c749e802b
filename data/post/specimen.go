package post

import (
	"slices"
	"time"

	"pratique/data"
	"pratique/data/mrz"
)

// Specimen is a complete application of a traveller who does not exist, with
// dates counted from now: three tests, two doses, a name in two scripts and a
// flight tomorrow. It has no problems at a post with laboratories for its tests.
func Specimen(p data.Post, laboratories []data.Laboratory, now time.Time) data.Content {
	at := func(ago time.Duration) data.Moment { return data.MomentOf(now.Add(-ago), p.Zone) }
	day := func(ago int) data.Date { return data.DateOf(now.AddDate(0, 0, -ago)) }
	tomorrow := data.MomentOf(now.AddDate(0, 0, 1), p.Zone).Date()
	departs := data.Moment{Wall: string(tomorrow) + "T21:40", Zone: p.Zone} // at the offset of that evening
	c := data.Content{
		Traveller: data.Traveller{
			Surname: "YANGBEN", GivenNames: "SPECIMEN", NativeName: "样本", Birth: "1984-03-08", Sex: data.Male,
			Nationality: "CHN", Phone: "+999 555 0199",
		},
		Document: data.TravelDocument{
			Kind: data.OrdinaryPassport, Number: "E00000000", Issuer: "CHN",
			Issued: day(900), Expires: data.DateOf(now.AddDate(7, 0, 0)),
		},
		Doses: []data.Dose{
			{Date: day(238), Product: "CoronaVac", Lot: "A202103012", Country: "CHN", Place: "Harbour Clinic 3"},
			{Date: day(210), Product: "CoronaVac", Lot: "B202104077", Country: "CHN", Place: "Harbour Clinic 3"},
		},
		Itinerary:   []data.Leg{{Flight: "UT 846", From: "AMU", To: "PVG", Departs: departs}},
		Declaration: data.Declaration{Agreed: true, Signed: day(0)},
	}
	for _, t := range []data.Test{
		{Kind: data.NucleicAcid, Specimen: "oropharyngeal", Method: "rt-pcr", ReportNo: "N-20771"},
		{Kind: data.SerumIgM, Specimen: "venous", Method: "clia", ReportNo: "S-20772"},
		{Kind: data.SerumIgG, Specimen: "venous", Method: "clia", ReportNo: "S-20773"},
	} {
		t.Sampled, t.Analysed, t.Reported, t.Result = at(26*time.Hour), at(20*time.Hour), at(18*time.Hour), data.Negative
		if t.Kind == data.SerumIgG {
			t.Result = data.Positive // as two doses should have it
		}
		if i := slices.IndexFunc(laboratories, func(l data.Laboratory) bool { return l.Serves(t.Kind, t.Sampled.Date()) && l.Takes(t.Specimen) }); i >= 0 {
			t.Laboratory = laboratories[i].ID
		}
		c.Tests = append(c.Tests, t)
	}
	if zone, err := mrz.Compose(mrz.Zone{
		Format: mrz.TD3, DocumentCode: "PO", Issuer: c.Document.Issuer, Primary: c.Traveller.Surname, Secondary: c.Traveller.GivenNames,
		Number: c.Document.Number, Nationality: c.Traveller.Nationality, Birth: short(c.Traveller.Birth), Sex: c.Traveller.Sex,
		Expires: short(c.Document.Expires),
	}); err == nil {
		c.Document.MRZ = zone.Lines[0] + "\n" + zone.Lines[1]
	}
	return c.Pinned()
}

// short is a full date as an MRZ has it: YYMMDD.
func short(d data.Date) string { return string(d[2:4] + d[5:7] + d[8:10]) }
