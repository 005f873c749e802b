package rules_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pratique/assets"
	"pratique/data/codes"
	"pratique/data/rules"
)

var book = sync.OnceValues(func() (*codes.Book, error) { return codes.Load(assets.FS) })

// shipped are the notices under assets/notices, by file name.
var shipped = sync.OnceValues(func() (map[string]*rules.Notice, error) {
	b, err := book()
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(assets.FS, "notices/*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]*rules.Notice{}
	for _, f := range files {
		raw, err := fs.ReadFile(assets.FS, f)
		if err != nil {
			return nil, err
		}
		if all[f], err = rules.Load(raw, b); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
	}
	return all, nil
})

func theShipped(t testing.TB) (map[string]*rules.Notice, *codes.Book) {
	t.Helper()
	all, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	b, err := book()
	if err != nil {
		t.Fatal(err)
	}
	return all, b
}

// Every example of every shipped notice comes out as the notice says.
func TestShippedNotices(t *testing.T) {
	all, b := theShipped(t)
	posts, examples := map[string]bool{}, 0
	notices := slices.Collect(maps.Values(all))
	for file, n := range all {
		posts[n.Post.Code] = true
		for _, x := range rules.Test(n, b, notices...) {
			examples++
			for _, w := range x.Wrong {
				t.Errorf("%s: %s: %s", file, x.Example, w)
			}
		}
		if file != "notices/"+n.ID+".yaml" || !strings.HasSuffix(n.ModelledOn, "not in force.") {
			t.Errorf("%s: is called %s, modelled on %q", file, n.ID, n.ModelledOn)
		}
		if !strings.HasPrefix(n.Post.Hotline, "+999 ") {
			t.Errorf("%s: the hotline could be someone's", file)
		}
	}
	if len(all) < 12 || len(posts) < 8 || examples < 140 {
		t.Errorf("%d notices of %d posts with %d examples", len(all), len(posts), examples)
	}
}
