package stated

import (
	"context"
	"errors"
	"time"

	"pratique/data"
	"pratique/data/desk"
	"pratique/data/staff"
	"pratique/ui/locale"
)

// Cases reads cases: how to reach a traveller stands there.
type Cases interface {
	Read(context.Context, staff.Session, data.ApplicationID) (data.Application, error)
}

// WhomToTell is the list of whom to tell of certificates that were revoked, as
// [data.Table], with times on the clock of zone. Each reading is an act. A case
// that was erased meanwhile has what its certificate still says.
func WhomToTell(ctx context.Context, cases Cases, s staff.Session, revoked []data.Certificate, w *locale.Catalogue, names Names, zone string) ([]byte, error) {
	rows := [][]string{{
		w.T("certificates.column.number"), w.Field("traveller.surname"), w.Field("traveller.givenNames"), w.Field("traveller.nativeName"),
		w.Field("document.number"), w.Field("traveller.phone"), w.Field("traveller.email"), w.Field("traveller.guardian.phone"),
		w.Field("itinerary.flight"), w.Field("itinerary.departs"), w.T("certificates.column.issued"),
		w.T("certificates.life.handed-over"), w.T("certificates.life.revoked"), w.T("certificates.revoke.reason"),
	}}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return data.MomentOf(t, zone).String()
	}
	for _, c := range revoked {
		a, err := cases.Read(ctx, s, c.Application)
		if err != nil && !errors.Is(err, desk.ErrNotFound) {
			return nil, err
		}
		st, t := c.Statement, a.Content.Traveller
		var flight, departs string
		if len(a.Content.Itinerary) > 0 {
			flight, departs = a.Content.Itinerary[0].Flight, a.Content.Departs().String()
		}
		row := []string{
			c.Number.String(), st.Surname, st.GivenNames, st.NativeName, st.DocumentNumber, t.Phone, t.Email, t.Guardian.Phone, flight, departs,
			at(c.IssuedAt), at(c.HandedOver), "", "",
		}
		if r := c.Revoked; r != nil {
			row[12], row[13] = at(r.At), names.Name(data.ListRevocations, r.Reason, w.Language())
		}
		rows = append(rows, row)
	}
	return data.Table(rows), nil
}
