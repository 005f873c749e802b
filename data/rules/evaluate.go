package rules

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"pratique/data"
)

// Result is what a check gives.
type Result string

// The values of [Result].
const (
	Pass          Result = "pass"
	Fail          Result = "fail"
	NotApplicable Result = "not applicable"
	NotEnough     Result = "not enough information"
)

// Answer is the outcome in one word: a colour, or one of these.
type Answer string

// The values of [Answer].
const (
	Green    Answer = Answer(data.Green)
	Blue     Answer = Answer(data.Blue)
	Withheld Answer = "withheld" // a check failed, or the window is over
	Open     Answer = "open"     // not enough information
	// Elsewhere: the notice is not for that flight. An example may say so.
	Elsewhere Answer = "does not apply"
)

var answers = []Answer{Green, Blue, Withheld, Open, Elsewhere}

// Finding is the result of a check.
type Finding struct {
	Check   string `json:"check"`
	Clause  string `json:"clause"`
	Subject string `json:"subject,omitempty"` // of a check with each: the path of the element, "tests[0]"
	Result  Result `json:"result"`
	// Waived: two officers let it pass; it does not count for the outcome.
	Waived  bool `json:"waived,omitempty"`
	Message Text `json:"message"` // the requirement, its placeholders filled
	// Counts are what was counted on the way, in the order it was counted.
	Counts []Count `json:"counts,omitempty"`
	// Missing are the fields for want of which there is not enough information,
	// as paths in [data.Content], sorted.
	Missing []string `json:"missing,omitempty"`
	// Fault is why the expression has no value although nothing is missing: an
	// element that is not there, a list that is empty.
	Fault string `json:"fault,omitempty"`
}

// Units of a [Count].
const (
	Hours  = "hours"
	Days   = "days"
	Months = "months"
	Years  = "years"
)

// Count is a number of hours, days, months or years that a check compared.
type Count struct {
	Unit    string `json:"unit"`
	Counted string `json:"counted"` // "47:55" hours; "2"; "17–18" of a partial date
	AtLeast string `json:"atLeast,omitempty"`
	AtMost  string `json:"atMost,omitempty"`
	Result  Result `json:"result"` // whether this comparison held
	named   bool   // made for a name of let, not in the check itself
	From    End    `json:"from"`
	To      End    `json:"to"`
}

// End is one of the two times that a count lies between.
type End struct {
	Field string `json:"field,omitempty"` // "tests[0].sampled"; "now"; empty if the notice wrote it out
	At    string `json:"at"`              // "2022-07-18 09:40 (+08:00)", or a date
	// NotBefore and NotAfter say where this end must lie for the comparison to
	// hold while the other end stays, on this end's clock or, where days are
	// counted, on the clock of their calendar.
	NotBefore string `json:"notBefore,omitempty"`
	NotAfter  string `json:"notAfter,omitempty"`
}

// values are what the placeholders of a message stand for.
func values(c Count) map[string]string {
	return map[string]string{
		"counted": c.Counted, "atLeast": c.AtLeast, "atMost": c.AtMost, "from": c.From.At, "to": c.To.At,
		"fromNotBefore": c.From.NotBefore, "fromNotAfter": c.From.NotAfter,
		"toNotBefore": c.To.NotBefore, "toNotAfter": c.To.NotAfter,
	}
}

// Outcome is what the notice gives an application as it is.
type Outcome struct {
	Answer     Answer      `json:"answer"`
	ValidFrom  data.Moment `json:"validFrom,omitzero"`
	ValidUntil data.Moment `json:"validUntil,omitzero"`
	Window     string      `json:"window,omitempty"` // data.WindowJourney or data.WindowTests
	LastTest   *LastTest   `json:"lastTest,omitempty"`
	Condition  Text        `json:"condition,omitzero"`
	// Missing and Fault say why the answer is open although no finding does.
	Missing []string `json:"missing,omitempty"`
	Fault   string   `json:"fault,omitempty"`
}

// Assessment is everything a notice says of an application.
type Assessment struct {
	Notice   string    `json:"notice"`
	Version  int       `json:"version"`
	Findings []Finding `json:"findings"` // in the order of the notice's checks
	Outcome  Outcome   `json:"outcome"`
	// ApplyBy is until when the post takes applications for the flight; zero if
	// the notice does not say, or the flight is not known.
	ApplyBy data.Moment `json:"applyBy,omitzero"`
}

// Grants reports whether a certificate may be issued.
func (a Assessment) Grants() bool { return a.Outcome.Answer == Green || a.Outcome.Answer == Blue }

// Evaluate asks every check of the notice about the facts as of a minute. It
// depends on nothing else and never fails: what cannot be said is
// [NotEnough].
//
// Taking a value away from an application never decides anything: with any
// field emptied, each finding and the outcome are what they were, or "not
// enough information" (of the outcome: open). A time is one value in this.
//
// Checks that are waived are asked and told like all others; the outcome is
// reckoned without them.
func Evaluate(n *Notice, f Facts, now time.Time, waived ...string) Assessment {
	e := newEvaluation(n, f, now)
	a := Assessment{Notice: n.ID, Version: n.Version, Findings: []Finding{}}
	for i, c := range n.checks {
		a.Findings = append(a.Findings, e.check(n.Checks[i], c)...)
	}
	var counted []Finding
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Waived = slices.Contains(waived, f.Check); !f.Waived {
			counted = append(counted, *f)
		}
	}
	a.Outcome = e.outcome(counted)
	if n.applyBy != nil {
		if m, ok := e.eval(n.applyBy).(*moment); ok {
			a.ApplyBy = m.at
		}
	}
	return a
}

// evaluation is one run of a notice; it is what CEL asks for names.
type evaluation struct {
	notice *Notice
	facts  *object
	run    *run
	it     ref.Val
	now    ref.Val
	known  map[string]*defined
}

// defined is a variable or a let with its value and the counts made for it,
// which belong to every check that uses it.
type defined struct {
	val    ref.Val
	counts []Count
}

func newEvaluation(n *Notice, f Facts, now time.Time) *evaluation {
	r := &run{}
	return &evaluation{
		notice: n, run: r, now: newNow(f, now, r), known: map[string]*defined{},
		facts: &object{v: f, run: r},
	}
}

// Parent implements [cel.Activation].
func (e *evaluation) Parent() cel.Activation { return nil }

// ResolveName implements [cel.Activation].
func (e *evaluation) ResolveName(name string) (any, bool) {
	switch {
	case name == nowName:
		return e.now, true
	case name == itName && e.it != nil:
		return e.it, true
	}
	if d, ok := e.known[name]; ok {
		for _, c := range d.counts {
			e.run.add(c)
		}
		return d.val, true
	}
	d := &defined{}
	if f, ok := factsKind.field(name); ok {
		d.val = f.get(e.facts)
	} else if i := slices.IndexFunc(e.notice.Let, func(l Definition) bool { return l.Name == name }); i >= 0 {
		before := e.run.counts
		e.run.counts = nil
		d.val = e.eval(e.notice.let[i])
		d.counts = e.run.counts
		for i := range d.counts {
			d.counts[i].named = true
		}
		e.run.counts = before
		for _, c := range d.counts {
			e.run.add(c)
		}
	} else {
		return nil, false
	}
	e.known[name] = d
	return d.val, true
}

// eval is the value of an expression: a value, an unknown or an error.
func (e *evaluation) eval(x *expression) ref.Val {
	v, _, err := x.program.Eval(e)
	if err != nil {
		return types.WrapErr(err)
	}
	return v
}

// truth evaluates a condition. Unless it is decided, the finding is told why.
func (e *evaluation) truth(x *expression, f *Finding) (is, decided bool) {
	v := e.eval(x)
	if b, ok := v.(types.Bool); ok {
		return bool(b), true
	}
	f.Result = NotEnough
	f.Missing, f.Fault = whyNot(v)
	return false, false
}

func whyNot(v ref.Val) (fields []string, fault string) {
	switch v := v.(type) {
	case *types.Unknown:
		return missing(v), ""
	case *types.Err:
		return nil, v.Error()
	}
	return nil, "no value"
}

func (e *evaluation) check(c Check, x compiledCheck) []Finding {
	about := Finding{Check: c.ID, Clause: c.Clause}
	if x.each == nil {
		return []Finding{e.finding(about, c, x)}
	}
	e.run.counts = nil
	list := e.eval(x.each)
	if types.IsUnknownOrError(list) {
		about.Result = NotEnough
		about.Missing, about.Fault = whyNot(list)
		return []Finding{e.told(about, c)}
	}
	var all []Finding
	for _, v := range elements(list) {
		e.it = v
		if o, ok := v.(*object); ok {
			about.Subject = o.path
		}
		all = append(all, e.finding(about, c, x))
	}
	e.it = nil
	if len(all) == 0 {
		about.Result = NotApplicable
		all = append(all, e.told(about, c))
	}
	return all
}

func (e *evaluation) finding(f Finding, c Check, x compiledCheck) Finding {
	e.run.counts = nil
	if x.when != nil {
		asked, decided := e.truth(x.when, &f)
		switch {
		case !decided:
			return e.told(f, c)
		case !asked:
			f.Result = NotApplicable
			return e.told(f, c)
		}
		e.run.counts = nil // of a check that is asked, its own counts are told
	}
	passed, decided := e.truth(x.expression, &f)
	switch {
	case decided && passed:
		f.Result = Pass
	case decided:
		f.Result = Fail
	}
	return e.told(f, c)
}

// told is the finding with its counts and words.
func (e *evaluation) told(f Finding, c Check) Finding {
	f.Counts = e.run.counts
	v := values(deciding(f))
	fill := func(s string) string {
		return placeholder.ReplaceAllStringFunc(s, func(m string) string {
			if s := v[strings.Trim(m, "{}")]; s != "" {
				return s
			}
			return "…"
		})
	}
	f.Message = Text{fill(c.Message.En), fill(c.Message.Zh)}
	return f
}

// deciding is the count that the words of a finding tell: the first that the
// check itself made and that agrees with the result; else such a one of a name
// it uses; else the first of all.
func deciding(f Finding) (c Count) {
	for _, fits := range []func(Count) bool{
		func(c Count) bool { return !c.named && c.Result == f.Result },
		func(c Count) bool { return c.Result == f.Result },
		func(Count) bool { return true },
	} {
		if i := slices.IndexFunc(f.Counts, fits); i >= 0 {
			return f.Counts[i]
		}
	}
	return c
}

func (e *evaluation) outcome(findings []Finding) Outcome {
	switch Worst(findings) {
	case Fail:
		return Outcome{Answer: Withheld}
	case NotEnough:
		return Outcome{Answer: Open}
	}
	open := func(v ref.Val) Outcome {
		o := Outcome{Answer: Open}
		o.Missing, o.Fault = whyNot(v)
		return o
	}
	for i, x := range e.notice.outcomes {
		if x.when != nil {
			v := e.eval(x.when)
			is, ok := v.(types.Bool)
			if !ok {
				return open(v)
			}
			if !is {
				continue
			}
		}
		v := e.eval(x.validUntil)
		until, ok := v.(*moment)
		if !ok {
			return open(v)
		}
		g, now := e.notice.Outcomes[i], e.now.(*moment)
		if until.t.Before(now.t) {
			return Outcome{Answer: Withheld, ValidUntil: until.at, Window: g.Window}
		}
		return Outcome{
			Answer: Answer(g.Colour), ValidFrom: now.at, ValidUntil: until.at, Window: g.Window,
			LastTest: g.LastTest, Condition: g.Condition,
		}
	}
	return Outcome{Answer: Withheld}
}

// Worst is the result that decides of several: fail, then not enough
// information, then pass.
func Worst(findings []Finding) Result {
	worst := NotApplicable
	for _, f := range findings {
		if slices.Index(gravity, f.Result) > slices.Index(gravity, worst) {
			worst = f.Result
		}
	}
	return worst
}

var gravity = []Result{NotApplicable, Pass, NotEnough, Fail}
