package seal

import (
	"fmt"

	"pratique/data"
	"pratique/data/seal/dcc"
	"pratique/data/seal/hcert"
	"pratique/data/seal/nzcp"
	"pratique/data/seal/shc"
	"pratique/data/seal/vdsnc"
)

// Claimed is what a seal says, and nobody vouches for it. It is for filling in a
// form that people compare with papers, never for a verdict; so it is a type of
// its own, and nothing turns it into a [Verified].
type Claimed struct {
	// The one of the seal's format is there.
	Statement *data.Statement
	DCC       *dcc.Claims
	VDSNC     *vdsnc.Data
	SHC       *shc.Card
	NZCP      *nzcp.Pass
}

// Claims reads what a seal says without asking who signed it. Errors wrap
// [ErrContent] where there is nothing in it that this program knows.
func Claims(u *Unverified) (Claimed, error) {
	var c Claimed
	var err error
	switch {
	case u.record != nil:
		c.Statement = new(data.Statement)
		*c.Statement, err = hcert.DecodeStatement(u.record.Payload)
	case u.vdsnc != nil:
		c.VDSNC = new(vdsnc.Data)
		*c.VDSNC, err = vdsnc.DecodeData(u.vdsnc.Signed)
	case u.shc != nil:
		c.SHC = new(shc.Card)
		*c.SHC, err = shc.DecodePayload(u.shc.Payload)
	case u.nzcp != nil:
		c.NZCP = new(nzcp.Pass)
		*c.NZCP, err = nzcp.DecodePayload(u.nzcp.Payload)
	case u.format == DCC:
		c.DCC = new(dcc.Claims)
		*c.DCC, err = dcc.Decode(u.foreign.Payload)
	default:
		return Claimed{}, ErrContent
	}
	if err != nil {
		return Claimed{}, fmt.Errorf("%w: %w", ErrContent, err)
	}
	return c, nil
}
