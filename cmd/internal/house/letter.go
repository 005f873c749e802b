package house

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"pratique/data"
	"pratique/data/handover"
	"pratique/data/staff"
	"pratique/pdfgen"
)

// Letter makes the page that tells the traveller of a case where it stands; see
// [desk.Desk.Letter].
func (h *House) Letter(ctx context.Context, s staff.Session, id data.ApplicationID) (data.Letter, []byte, error) {
	l, err := h.Desk.Letter(ctx, s, id)
	if err != nil {
		return l, nil, err
	}
	vouched, err := h.vouched(ctx, pdfgen.Printout{})
	if err != nil {
		return l, nil, err
	}
	var b bytes.Buffer
	page := h.letterAt(l, h.Now())
	page.Accredited = vouched.Accredited
	if err := h.Press.Letter(&b, page); err != nil {
		return l, nil, fmt.Errorf("case %s: %w", id, err)
	}
	return l, b.Bytes(), nil
}

func (h *House) letterAt(l data.Letter, now time.Time) pdfgen.Letter {
	return pdfgen.Letter{Letter: l, Post: h.Folder.Post, Made: data.MomentOf(now, h.Folder.Post.Zone)}
}

// InternalSheet makes the sheet of a case that stays in the post.
func (h *House) InternalSheet(ctx context.Context, s staff.Session, id data.ApplicationID) ([]byte, error) {
	sheet, err := h.Desk.InternalSheet(ctx, s, id)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = h.Press.Internal(&b, pdfgen.Internal{InternalSheet: sheet, Post: h.Folder.Post, Made: data.MomentOf(h.Now(), h.Folder.Post.Zone)})
	if err != nil {
		return nil, fmt.Errorf("case %s: %w", id, err)
	}
	return b.Bytes(), nil
}

// HandoverPage is the copy on paper of a signed hand-over list.
func (h *House) HandoverPage(ctx context.Context, list handover.List, signed []byte) ([]byte, error) {
	vouched, err := h.vouched(ctx, pdfgen.Printout{})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(signed)
	var b bytes.Buffer
	err = h.Press.HandOver(&b, pdfgen.HandOver{
		List: list, Post: h.Folder.Post, Made: data.MomentOf(list.Made, h.Folder.Post.Zone),
		Accredited: vouched.Accredited, Fingerprint: hex.EncodeToString(sum[:]),
	})
	if err != nil {
		return nil, fmt.Errorf("hand-over list: %w", err)
	}
	return b.Bytes(), nil
}
