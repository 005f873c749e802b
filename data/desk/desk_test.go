package desk_test

import (
	"testing"

	"pratique/data/desk/desktest"
	"pratique/data/trust"
)

func TestCounterToBorder(t *testing.T) {
	p := desktest.New(t)
	c := p.Issued(t, p.Specimen())
	t.Logf("%s: %d characters", c.Number, len(c.Seal))
	if len(c.Seal) > 900 {
		t.Errorf("the full specimen's seal has %d characters, want at most 900", len(c.Seal))
	}
	v := p.Trust().Verify(c.Seal, p.Now, true)
	if v.Outcome != trust.Valid || v.Claims.Number != c.Number {
		t.Errorf("verdict %+v", v)
	}
}
