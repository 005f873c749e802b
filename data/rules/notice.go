package rules

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"cel.dev/cel-go/cel"
	"go.yaml.in/yaml/v3"

	"pratique/data"
	"pratique/data/codes"
)

// Notice is the published requirements of a post, as data. [Load] makes it;
// after that it does not change and may be used by many goroutines.
type Notice struct {
	ID      string `json:"id" jsonschema_description:"Its name for good: small letters, digits and hyphens. Versions share it."`
	Version int    `json:"version" jsonschema_description:"From 1. Of several versions the highest counts."`
	Post    Where  `json:"post" jsonschema_description:"The post whose notice it is."`
	Title   Text   `json:"title" jsonschema_description:"What it is called."`
	// ModelledOn says what a practice notice is an imitation of.
	ModelledOn   string            `json:"modelledOn,omitempty" jsonschema_description:"For practice notices: what it is modelled on, and that it is not in force."`
	Applies      Applies           `json:"applies" jsonschema_description:"The flights it is for."`
	Let          Definitions       `json:"let,omitempty" jsonschema_description:"Names for expressions, name: expression. Each may use those before it. A name is a small letter, then letters and digits."`
	ApplyBy      string            `json:"applyBy,omitempty" jsonschema_description:"An expression for the Moment until which the post takes applications for the flight: the queue counts down to it."`
	Checks       []Check           `json:"checks" jsonschema_description:"What is asked, one finding each."`
	Outcomes     []Grant           `json:"outcomes" jsonschema_description:"What an application gets that passes every check: the first whose when holds."`
	Laboratories []data.Laboratory `json:"laboratories,omitempty" jsonschema_description:"The laboratories of the examples. For real cases the post's own list counts."`
	Case         *yaml.Node        `json:"case,omitempty" jsonschema_description:"The application all examples start from, as pratiquectl example prints one; only what the checks read is needed. A time may be short: 2022-07-08T09:40 on the post's clock, 2022-07-08T09:40 Asia/Tokyo, or 2022-07-08T09:40 +09:00."`
	Examples     []Example         `json:"examples" jsonschema_description:"The notice's own worked examples, and a case on each side of every boundary. They are its tests."`

	let      []*expression
	applyBy  *expression
	checks   []compiledCheck
	outcomes []compiledGrant
}

// Text is words of the notice in both languages.
type Text struct {
	En string `json:"en" jsonschema_description:"English."`
	Zh string `json:"zh" jsonschema_description:"Chinese."`
}

func (t Text) complete() bool { return t.En != "" && t.Zh != "" }

// Where is a post, as far as a notice needs to know it.
type Where struct {
	Code     string `json:"code" jsonschema_description:"Its two characters, those that begin its certificates' numbers."`
	Name     Text   `json:"name" jsonschema_description:"What it is called."`
	Zone     string `json:"zone" jsonschema_description:"IANA zone of its clock."`
	District string `json:"district,omitempty" jsonschema_description:"Its consular district."`
	Hotline  string `json:"hotline,omitempty" jsonschema_description:"Telephone."`
}

// Applies says for which flights a notice is: the day of departure on the
// calendar of the city of departure, and the airport.
type Applies struct {
	FlightFrom      data.Date `json:"flightFrom" jsonschema_description:"First day of departure, in the city of departure."`
	FlightUntil     data.Date `json:"flightUntil,omitempty" jsonschema_description:"Last day of departure."`
	TransitionUntil data.Date `json:"transitionUntil,omitempty" jsonschema_description:"For flights up to that day the notice before this one counts as well: either is enough."`
	Departure       []string  `json:"departure,omitempty" jsonschema_description:"IATA codes of the airports of departure; all if there is none."`
}

// Definitions are names for expressions, in the order of the file, where they
// are written as fields: "naats: tests.filter(…)".
type Definitions []Definition

// Definition is a name for an expression.
type Definition struct{ Name, Is string }

// Check is one requirement.
type Check struct {
	ID         string `json:"id" jsonschema_description:"Its name: small letters, digits and hyphens."`
	Clause     string `json:"clause" jsonschema_description:"Where the notice says so."`
	Each       string `json:"each,omitempty" jsonschema_description:"An expression for a list: the check is asked of each element, which is called it, and gives a finding for each. Of an empty list it is not applicable."`
	When       string `json:"when,omitempty" jsonschema_description:"An expression for whether the check is asked at all; if it is false, the finding is not applicable."`
	Expression string `json:"expression" jsonschema_description:"An expression that is true if the requirement is met."`
	Message    Text   `json:"message" jsonschema_description:"The requirement in words, shown with every finding. {counted} {atLeast} {atMost} {from} {to} {fromNotBefore} {fromNotAfter} {toNotBefore} {toNotAfter} are filled from the count that decided."`
}

// Grant is what an application gets.
type Grant struct {
	When       string      `json:"when,omitempty" jsonschema_description:"An expression for whether this is the outcome; always, if it is left away."`
	Colour     data.Colour `json:"colour" jsonschema:"enum=green,enum=blue" jsonschema_description:"green, or blue: good only together with a named last test."`
	ValidUntil string      `json:"validUntil" jsonschema_description:"An expression for the Moment the medical window ends with."`
	Window     string      `json:"window" jsonschema:"enum=journey,enum=tests" jsonschema_description:"Why it ends then: journey (with the journey) or tests (with the tests' time)."`
	LastTest   *LastTest   `json:"lastTest,omitempty" jsonschema_description:"The test that must still be shown, for blue and for blue only."`
	Condition  Text        `json:"condition,omitzero" jsonschema_description:"What whoever boards the traveller must check, in words. A must for blue."`
}

// LastTest is the test without which a blue certificate is not good.
type LastTest struct {
	Kind  data.TestKind `json:"kind" jsonschema_description:"A code of the list tests."`
	Hours int           `json:"hours" jsonschema_description:"Sampled within so many hours before departure."`
}

// Example is a worked example: a case, and what must come of it.
type Example struct {
	Name    string            `json:"name" jsonschema_description:"What it shows."`
	At      data.Moment       `json:"at" jsonschema_description:"When the notice is asked."`
	Set     *yaml.Node        `json:"set,omitempty" jsonschema_description:"Changes to the case, in order: a path such as tests[0].sampled and its new value. null takes it away; the index after the last adds an element."`
	Expect  map[string]Result `json:"expect,omitempty" jsonschema_description:"What checks give, by id: pass, fail, not applicable, not enough information. Of a check with each, the worst counts. Those not named must pass or not apply."`
	Beside  []string          `json:"beside,omitempty" jsonschema_description:"Other notices, by id, that the post has as well: the example asks the one that counts for the flight, as the post would. Their files must be tested together with this one."`
	Outcome Answer            `json:"outcome" jsonschema:"enum=green,enum=blue,enum=withheld,enum=open,enum=does not apply" jsonschema_description:"green, blue, withheld (a check failed, or the window is over), open (not enough information), or does not apply (the notice is not for that flight)."`
	Until   data.Moment       `json:"until,omitzero" jsonschema_description:"The end of the medical window, if it is granted."`

	content data.Content
}

type compiledCheck struct {
	each, when, expression *expression
}

type compiledGrant struct{ when, validUntil *expression }

// itName is the element of a check with each.
const itName = "it"

var (
	idForm       = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,59}$`)
	placeholder  = regexp.MustCompile(`\{([A-Za-z]*)\}`)
	airport      = regexp.MustCompile(`^[A-Z]{3}$`)
	postCode     = regexp.MustCompile(`^[0-9A-Z]{2}$`)
	maxima       = map[string]int{"let": 40, "checks": 60, "outcomes": 10, "examples": 200}
	reasons      = []string{data.WindowJourney, data.WindowTests}
	errNothing   = errors.New("is missing")
	errTwice     = errors.New("occurs twice")
	errLanguages = errors.New("needs words in both languages")
)

// Load reads a notice from YAML (or JSON, which is YAML too), checks its form
// and compiles its expressions, against the code lists. A file that does not
// describe a notice completely is an error.
func Load(b []byte, book *codes.Book) (*Notice, error) {
	root, err := parseYAML(b)
	if err != nil {
		return nil, fmt.Errorf("notice: %w", err)
	}
	var n Notice
	if root.Kind == yaml.MappingNode {
		// The post's zone is read first: short times are on its clock.
		var post struct {
			Post Where `json:"post"`
		}
		for i := 0; i+1 < len(root.Content); i += 2 {
			if root.Content[i].Value == "post" {
				if err := (decoder{}).into(reflect.ValueOf(&post.Post).Elem(), root.Content[i+1]); err != nil {
					return nil, fmt.Errorf("notice: post: %w", err)
				}
			}
		}
		n.Post = post.Post
	}
	if _, err := data.LoadZone(n.Post.Zone); err != nil {
		return nil, fmt.Errorf("notice: post: %w", err)
	}
	d := decoder{n.Post.Zone}
	if err := d.into(reflect.ValueOf(&n).Elem(), root); err != nil {
		return nil, fmt.Errorf("notice: %w", err)
	}
	for _, part := range []struct {
		name string
		do   func() error
	}{
		{"head", n.checkHead},
		{"expressions", func() error { return n.compile(book) }},
		{"examples", func() error { return n.readExamples(d, book) }},
	} {
		if err := part.do(); err != nil {
			return nil, fmt.Errorf("notice %s: %s: %w", n.ID, part.name, err)
		}
	}
	return &n, nil
}

func (n *Notice) checkHead() error {
	a := n.Applies
	switch {
	case !idForm.MatchString(n.ID):
		return fmt.Errorf("id %q is not small letters, digits and hyphens", n.ID)
	case n.Version < 1:
		return fmt.Errorf("version %w", errNothing)
	case !postCode.MatchString(n.Post.Code):
		return fmt.Errorf("post code %q is not two characters", n.Post.Code)
	case !n.Title.complete(), !n.Post.Name.complete():
		return fmt.Errorf("title and name of the post: %w", errLanguages)
	case a.FlightFrom == "":
		return fmt.Errorf("applies.flightFrom %w", errNothing)
	}
	for _, d := range []struct {
		name string
		day  data.Date
	}{{"flightFrom", a.FlightFrom}, {"flightUntil", a.FlightUntil}, {"transitionUntil", a.TransitionUntil}} {
		switch {
		case d.day == "":
		case !d.day.Full():
			return fmt.Errorf("applies.%s: %q is not a day such as 2022-07-08", d.name, d.day)
		case d.day < a.FlightFrom:
			return fmt.Errorf("applies.%s: %s lies before flightFrom", d.name, d.day)
		}
	}
	for _, code := range a.Departure {
		if !airport.MatchString(code) {
			return fmt.Errorf("applies.departure: %q is no airport", code)
		}
	}
	for what, count := range map[string]int{"let": len(n.Let), "checks": len(n.Checks), "outcomes": len(n.Outcomes), "examples": len(n.Examples)} {
		if count > maxima[what] || count == 0 && what != "let" {
			return fmt.Errorf("%d %s: there must be some, and no more than %d", count, what, maxima[what])
		}
	}
	return nil
}

func (n *Notice) compile(book *codes.Book) error {
	e, err := newEnv()
	if err != nil {
		return err
	}
	taken := map[string]bool{nowName: true, itName: true}
	for _, f := range factsKind.fields {
		taken[f.name] = true
	}
	for _, l := range n.Let {
		switch {
		case !identifier.MatchString(l.Name):
			return fmt.Errorf("let %q is no name: a small letter, then letters and digits", l.Name)
		case taken[l.Name]:
			return fmt.Errorf("let %q is taken: it is a variable of the language or stands above", l.Name)
		}
		taken[l.Name] = true
		x, err := compile(e, book, l.Is, nil)
		if err != nil {
			return fmt.Errorf("let %s: %w", l.Name, err)
		}
		n.let = append(n.let, x)
		if e, err = e.Extend(cel.Variable(l.Name, x.result)); err != nil {
			return fmt.Errorf("let %s: %w", l.Name, err)
		}
	}
	if n.ApplyBy != "" {
		if n.applyBy, err = compile(e, book, n.ApplyBy, momentType); err != nil {
			return fmt.Errorf("applyBy: %w", err)
		}
	}
	seen := map[string]bool{}
	for _, c := range n.Checks {
		if seen[c.ID] {
			return fmt.Errorf("check %q %w", c.ID, errTwice)
		}
		seen[c.ID] = true
		x, err := compileCheck(e, book, c)
		if err != nil {
			return fmt.Errorf("check %q: %w", c.ID, err)
		}
		n.checks = append(n.checks, x)
	}
	for i, g := range n.Outcomes {
		x, err := compileGrant(e, book, g)
		if err != nil {
			return fmt.Errorf("outcome %d: %w", i+1, err)
		}
		n.outcomes = append(n.outcomes, x)
	}
	return nil
}

func compileCheck(e *cel.Env, book *codes.Book, c Check) (x compiledCheck, err error) {
	switch {
	case !idForm.MatchString(c.ID):
		return x, errors.New("its id is not small letters, digits and hyphens")
	case c.Clause == "":
		return x, fmt.Errorf("clause %w", errNothing)
	case !c.Message.complete():
		return x, fmt.Errorf("message %w", errLanguages)
	}
	for _, words := range []string{c.Message.En, c.Message.Zh} {
		for _, m := range placeholder.FindAllStringSubmatch(words, -1) {
			if _, ok := values(Count{})[m[1]]; !ok {
				return x, fmt.Errorf("message: nothing fills %s", m[0])
			}
		}
	}
	if c.Each != "" {
		if x.each, err = compile(e, book, c.Each, nil); err != nil {
			return x, fmt.Errorf("each: %w", err)
		}
		if x.each.result.Kind() != cel.ListKind {
			return x, fmt.Errorf("each: %q is not a list", c.Each)
		}
		if e, err = e.Extend(cel.Variable(itName, x.each.result.Parameters()[0])); err != nil {
			return x, err
		}
	}
	if c.When != "" {
		if x.when, err = compile(e, book, c.When, cel.BoolType); err != nil {
			return x, fmt.Errorf("when: %w", err)
		}
	}
	if x.expression, err = compile(e, book, c.Expression, cel.BoolType); err != nil {
		return x, fmt.Errorf("expression: %w", err)
	}
	return x, nil
}

func compileGrant(e *cel.Env, book *codes.Book, g Grant) (x compiledGrant, err error) {
	blue := g.Colour == data.Blue
	switch {
	case g.Colour != data.Green && !blue:
		return x, fmt.Errorf("colour %q is neither green nor blue", g.Colour)
	case blue != (g.LastTest != nil):
		return x, errors.New("lastTest belongs to blue, and blue needs one")
	case blue && (!book.Known(data.ListTests, string(g.LastTest.Kind)) || g.LastTest.Hours < 1 || g.LastTest.Hours > 96):
		return x, errors.New("lastTest: no such test, or not 1 to 96 hours")
	case (blue || g.Condition != Text{}) && !g.Condition.complete():
		return x, fmt.Errorf("condition %w", errLanguages)
	case !slices.Contains(reasons, g.Window):
		return x, fmt.Errorf("window %q is none of %v", g.Window, reasons)
	}
	if g.When != "" {
		if x.when, err = compile(e, book, g.When, cel.BoolType); err != nil {
			return x, fmt.Errorf("when: %w", err)
		}
	}
	if x.validUntil, err = compile(e, book, g.ValidUntil, momentType); err != nil {
		return x, fmt.Errorf("validUntil: %w", err)
	}
	return x, nil
}
