package desk_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"pratique/data"
	"pratique/data/audit"
	"pratique/data/desk/desktest"
	"pratique/data/store"
)

// An edit is in the log field by field, as digests that the application's salt
// proves and that tell nothing without it.
func TestEditsAreDigestsByField(t *testing.T) {
	p := desktest.New(t)
	c := p.Specimen()
	a, err := p.Create(ctx, p.Clerk, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Salt) != 16 {
		t.Fatalf("salt of %d bytes", len(a.Salt))
	}
	was := c.Traveller.GivenNames
	c.Traveller.GivenNames = "SPECIMEN ANNA"
	c.Doses = c.Doses[:1]
	c.Traveller.Email = "specimen@example.org"
	if a, err = p.Save(ctx, p.Clerk, a.ID, a.Version, c); err != nil {
		t.Fatal(err)
	}
	var entry audit.Entry
	err = p.Log.View(ctx, func(tx store.Tx) (err error) {
		entry, _, err = audit.Last(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	digest := func(path, value string) string {
		h := hmac.New(sha256.New, a.Salt)
		h.Write([]byte(path + "\x00" + value))
		return hex.EncodeToString(h.Sum(nil)[:8])
	}
	for path, want := range map[string]string{
		"traveller.givenNames": digest("traveller.givenNames", was) + ">" + digest("traveller.givenNames", "SPECIMEN ANNA"),
		"traveller.email":      "->" + digest("traveller.email", "specimen@example.org"),
		"doses[1].lot":         digest("doses[1].lot", "B202104077") + ">-",
		"doses[0].lot":         "",
	} {
		if got := entry.Detail[path]; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for name, value := range entry.Detail {
		if strings.Contains(value, "ANNA") || strings.Contains(value, "example") {
			t.Errorf("%s tells %q", name, value)
		}
	}
	// A form that is typed anew names a bounded number of fields.
	if _, err := p.Save(ctx, p.Clerk, a.ID, a.Version, data.Content{}); err != nil {
		t.Fatal(err)
	}
}
