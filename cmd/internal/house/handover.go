package house

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"pratique/data"
	"pratique/data/handover"
	"pratique/pdfgen"
	"pratique/ui/locale"
)

// HandoverPage prints a hand-over list: what its signed file says, and the
// fingerprint of that.
func (h *House) HandoverPage(ctx context.Context, signed []byte, l handover.List) ([]byte, error) {
	words, err := Words()
	if err != nil {
		return nil, err
	}
	signer, err := h.Vouches(ctx, "")
	if err != nil {
		return nil, err
	}
	zone := h.Folder.Post.Zone
	day := func(d data.Date, clock string) data.Moment {
		return data.Moment{Wall: string(d) + "T" + clock, Zone: zone}.Pinned()
	}
	sum := sha256.Sum256(signed)
	page := data.HandOverList{
		Practice: h.Folder.Post.Practice(), Port: l.Port, From: day(l.From, "00:00"), Until: day(l.Until, "23:59"),
		Fingerprint: hex.EncodeToString(sum[:]),
	}
	flights := map[string]int{}
	for _, r := range l.Rows {
		key := string(r.Day) + r.Flight
		i, ok := flights[key]
		if !ok {
			i = len(page.Flights)
			flights[key] = i
			page.Flights = append(page.Flights, data.HandOverFlight{Flight: r.Flight, To: l.Port, Arrives: data.Moment{Wall: string(r.Day)}})
		}
		f := &page.Flights[i]
		if slices.Index(data.Risks, r.Risk) > slices.Index(data.Risks, f.Risk) {
			f.Risk = r.Risk
		}
		row := data.HandOverRow{Number: r.Number, Reference: r.Reference, Colour: r.Colour, Note: r.Note}
		if r.Status == handover.Revoked { // who has it may not enter by it
			row.Colour = data.Red
			row.Note = words.In(locale.English).T("handover.revoked") + " " + words.In("zh").T("handover.revoked") + " " + r.Note
		}
		f.Rows = append(f.Rows, row)
	}
	var b bytes.Buffer
	err = h.Press.HandOver(&b, pdfgen.HandOver{HandOverList: page, Post: h.Folder.Post, Made: data.MomentOf(l.Made, zone), Accredited: signer.Accredited})
	return b.Bytes(), err
}
