// Package ceremony makes a real post: what it is and where it lies, its texts,
// its first administrators, its signer, its recovery key on paper and proved,
// the record to be signed by those who were there.
//
// Nothing is there before the last step and nothing is left of one that was
// broken off. The recovery key is shown until it is proved, printed, and
// written to a file only where somebody names one.
package ceremony

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"pratique/data"
	"pratique/data/keys"
	"pratique/data/post"
	"pratique/data/staff"
	"pratique/data/vault"
)

// Maker makes posts and their papers.
type Maker interface {
	// Free is an error unless a post can be made in a folder.
	Free(dir string) error
	// Create is [post.Create].
	Create(ctx context.Context, dir string, n post.New) (post.Ceremony, error)
	// Sheet is the page with the recovery key.
	Sheet(p data.Post, key string) ([]byte, error)
	// Record is the page that those sign who made the post.
	Record(c post.Ceremony) ([]byte, error)
}

// Printer prints a page and waits until it is out.
type Printer interface {
	// Queues are the print queues, the usual one first.
	Queues(ctx context.Context) ([]string, error)
	Print(ctx context.Context, queue, title string, pdf []byte) error
}

// Step is a part of the ceremony.
type Step string

// The steps, in their order. Each has texts "ceremony." and its name.
const (
	About    Step = "about"
	Texts    Step = "texts" // of the post
	Officers Step = "officers"
	Signer   Step = "signer"
	Keep     Step = "keep"  // the recovery key is brought to paper
	Prove    Step = "prove" // and typed back from there
	Done     Step = "done"
)

// Steps are all of them.
var Steps = []Step{About, Texts, Officers, Signer, Keep, Prove, Done}

// Busy is what is going on.
type Busy string

// What goes on. Each but Idle has a text "ceremony.busy." and its name.
const (
	Idle     Busy = ""
	Making   Busy = "making"
	Proving  Busy = "proving"
	Printing Busy = "printing"
)

// Draft is the officer who is being entered, without the passphrase.
type Draft struct {
	Name, Mark string
	Roles      []data.Role
}

// State is what the screen shows.
type State struct {
	Step Step
	Busy Busy
	// Tried: somebody believed the step complete; Problems say what is not.
	Tried    bool
	Problems []data.Problem

	Dir      string
	NotEmpty bool // the folder holds something
	BadDir   bool // or cannot be one

	Post data.Post

	Officers []data.Officer // entered with their passphrases
	Draft    Draft
	// Strength is the key of what to say of the passphrase being typed, Strong
	// that it is taken, Unequal that its repetition is another.
	Strength string
	Strong   bool
	Unequal  bool

	Token bool   // the signing key is made in a token
	URI   string // which
	NoURI bool   // none was given

	Key     string // the recovery key, while it is shown
	Covered bool   // or would be
	Wrong   bool   // what was typed back is another
	// Void: a recovery key came to paper, but the post was not made. The paper is
	// worth nothing.
	Void bool

	Queues  []string // nil before they are known
	Printed bool
	Saved   string // the file that was written last
	Exists  bool   // the file that was named is there already

	Made post.Ceremony
}

// Model is the ceremony without its widgets. Its methods are called on one
// goroutine; the work they return may run on any.
type Model struct {
	// Show is called when the state has changed by itself.
	Show func(State)

	maker   Maker
	printer Printer
	write   func(path string, content []byte) error

	state       State
	passphrases [][]byte // of the officers
	pin         []byte
	key         string // the recovery key, until it is proved
	typed       chan string
	stop        context.CancelFunc
	ended       chan struct{} // closed when nothing is being made any more
}

// NewModel begins a ceremony, for a post in dir unless somebody names another
// folder. Write writes a new file, complete or not at all, and says
// [fs.ErrExist] rather than replace one.
func NewModel(maker Maker, printer Printer, write func(string, []byte) error, dir string) *Model {
	ended := make(chan struct{})
	close(ended)
	texts := func() map[string]string { return map[string]string{"en": "", "zh": ""} }
	return &Model{
		Show: func(State) {}, maker: maker, printer: printer, write: write, stop: func() {}, ended: ended,
		state: State{
			Step: About, Dir: dir, Draft: first(),
			Post: data.Post{Kind: data.RealPost, Name: texts(), StateName: texts(), City: texts(), Address: texts()},
		},
	}
}

// first is how the entry of an officer begins.
func first() Draft { return Draft{Roles: []data.Role{data.Administrator}} }

// State is what to show now.
func (m *Model) State() State { return m.state }

// index is the place of the step among all.
func (s Step) index() int { return slices.Index(Steps, s) }

func (m *Model) at(step Step) bool { return m.state.Step == step && m.state.Busy == Idle }

func (m *Model) enter(step Step) State {
	m.state.Step, m.state.Busy, m.state.Tried, m.state.Problems = step, Idle, false, nil
	m.state.Printed, m.state.Saved, m.state.Exists, m.state.Wrong, m.state.Covered = false, "", false, false, false
	return m.state
}

// Back goes to the step before, as long as nothing is made, and from the proof
// to the key.
func (m *Model) Back() State {
	if m.state.Busy == Idle && (m.state.Step.index() > 0 && m.state.Step.index() <= Signer.index() || m.state.Step == Prove) {
		m.enter(Steps[m.state.Step.index()-1])
		m.showKey()
	}
	return m.state
}

// Next goes on from what has nothing to work on: from the folder, the texts,
// the officers, the key on paper.
func (m *Model) Next() State {
	if m.state.Busy != Idle && m.state.Busy != Printing {
		return m.state
	}
	m.state.Tried = true
	switch m.state.Step {
	case About:
		err := fs.ErrInvalid
		if filepath.IsAbs(m.state.Dir) {
			err = m.maker.Free(m.state.Dir)
		}
		m.state.NotEmpty = errors.Is(err, post.ErrNotEmpty)
		m.state.BadDir = err != nil && !m.state.NotEmpty
		if err == nil {
			return m.enter(Texts)
		}
	case Texts:
		if m.check(); len(m.state.Problems) == 0 {
			return m.enter(Officers)
		}
	case Officers:
		if m.check(); len(m.state.Problems) == 0 {
			return m.enter(Signer)
		}
	case Keep:
		m.state.Key = ""
		return m.enter(Prove)
	}
	return m.state
}

// check says what is wrong with what the step asks for.
func (m *Model) check() {
	m.state.Problems = nil
	switch m.state.Step {
	case Texts:
		m.state.Problems = data.ValidatePost(m.state.Post)
	case Officers:
		for _, p := range m.plan().Check() {
			if !strings.HasPrefix(p.Field, "post.") {
				m.state.Problems = append(m.state.Problems, p)
			}
		}
	}
}

// EnterDir takes another folder.
func (m *Model) EnterDir(dir string) State {
	m.state.Dir, m.state.NotEmpty, m.state.BadDir = strings.TrimSpace(dir), false, false
	return m.state
}

// EnterText takes a text of the post: fields are those of [data.ValidatePost]
// without "post.".
func (m *Model) EnterText(field, text string) State {
	p := &m.state.Post
	name, language, _ := strings.Cut(field, ".")
	switch name {
	case "code":
		p.Code = strings.ToUpper(text)
	case "country":
		p.Country = strings.ToUpper(text)
	case "state":
		p.State = strings.ToUpper(text)
	case "zone":
		p.Zone = text
	case "hotline":
		p.Hotline = text
	case "name":
		p.Name[language] = text
	case "stateName":
		p.StateName[language] = text
	case "city":
		p.City[language] = text
	case "address":
		p.Address[language] = text
	}
	if m.state.Tried {
		m.check()
	}
	return m.state
}

// EnterOfficer takes what is typed of the next officer.
func (m *Model) EnterOfficer(d Draft) State {
	d.Mark = strings.ToUpper(d.Mark)
	m.state.Draft = d
	m.state.Problems = slices.DeleteFunc(m.state.Problems, func(p data.Problem) bool { return strings.HasPrefix(p.Field, "officer.") })
	return m.state
}

// officer is who is being entered.
func (m *Model) officer() data.Officer {
	d := m.state.Draft
	return data.Officer{ID: staff.IDOf(d.Mark), Name: strings.TrimSpace(d.Name), Mark: d.Mark, Roles: d.Roles}
}

// Typed takes what stands in the two fields of the passphrase.
func (m *Model) Typed(passphrase, repeat string) State {
	m.state.Strength, m.state.Strong = "", false
	m.state.Unequal = len(repeat) >= len(passphrase) && repeat != passphrase
	if passphrase == "" {
		return m.state
	}
	score, err := staff.Judge([]byte(passphrase), m.state.Draft.Name, m.state.Post.Name["en"], m.state.Post.City["en"])
	var weak *staff.WeakError
	switch {
	case errors.As(err, &weak):
		m.state.Strength = "weak." + string(weak.Why)
	case slices.ContainsFunc(m.passphrases, func(p []byte) bool { return string(p) == passphrase }):
		m.state.Strength = "ceremony.passphrase.taken"
	default:
		m.state.Strength, m.state.Strong = "signin.strength."+strconv.Itoa(score), true
	}
	return m.state
}

// Add adds the officer with the passphrase that they typed twice. Ok is false
// where something is wrong with either.
func (m *Model) Add(passphrase, repeat string) (s State, ok bool) {
	if !m.at(Officers) {
		return m.state, false
	}
	o := m.officer()
	var before []staff.Account
	for _, other := range m.state.Officers {
		before = append(before, staff.Account{Officer: other})
	}
	m.state.Problems = slices.DeleteFunc(staff.Check(o, before), func(p data.Problem) bool { return p.Field == "officer.id" }) // it follows from the mark
	m.Typed(passphrase, repeat)
	if m.state.Strength == "" {
		m.state.Strength = "weak." + string(staff.Short)
	}
	m.state.Unequal = passphrase != repeat
	if len(m.state.Problems) > 0 || !m.state.Strong || m.state.Unequal {
		return m.state, false
	}
	m.state.Officers = append(slices.Clip(m.state.Officers), o)
	m.passphrases = append(m.passphrases, []byte(passphrase))
	m.state.Draft, m.state.Tried, m.state.Strength, m.state.Strong = Draft{}, false, "", false
	if m.administrators() < post.Administrators {
		m.state.Draft = first()
	}
	return m.state, true
}

func (m *Model) administrators() (n int) {
	for _, o := range m.state.Officers {
		if staff.Administers(o) {
			n++
		}
	}
	return n
}

// Remove takes an officer away again.
func (m *Model) Remove(i int) State {
	if !m.at(Officers) || i < 0 || i >= len(m.state.Officers) {
		return m.state
	}
	clear(m.passphrases[i])
	m.state.Officers = slices.Delete(slices.Clone(m.state.Officers), i, i+1)
	m.passphrases = slices.Delete(m.passphrases, i, i+1)
	if m.state.Tried {
		m.check()
	}
	return m.state
}

// EnterSigner says where the signing key is made: in a new file, or in the
// token that uri names.
func (m *Model) EnterSigner(token bool, uri string) State {
	m.state.Token, m.state.URI, m.state.NoURI = token, strings.TrimSpace(uri), false
	return m.state
}

// plan is what the post is made of.
func (m *Model) plan() post.New {
	n := post.New{Post: m.state.Post}
	for i, o := range m.state.Officers {
		n.Officers = append(n.Officers, post.NewOfficer{Officer: o, Passphrase: slices.Clone(m.passphrases[i])})
	}
	if m.state.Token {
		n.URI, n.PIN = m.state.URI, slices.Clone(m.pin)
	}
	return n
}

// Make begins to make the post, with the PIN of the token where there is one.
// Both works go on at once: the first ends when the post is there and its
// outcome goes to [Model.Finished]; the second when there is a recovery key,
// which goes to [Model.HasKey].
func (m *Model) Make(pin string) (work func(context.Context) (post.Ceremony, error), key func(context.Context) (string, error), ok bool) {
	m.state.Tried = true
	if m.state.NoURI = m.state.Token && m.state.URI == ""; !m.at(Signer) || m.state.NoURI {
		return nil, nil, false
	}
	m.pin = []byte(pin)
	n, dir := m.plan(), m.state.Dir
	m.state.Busy, m.state.Void = Making, false
	shown, typed, ended := make(chan string, 1), make(chan string, 1), make(chan struct{})
	m.typed, m.ended = typed, ended
	inner, stop := context.WithCancel(context.Background())
	m.stop = stop
	n.Recovery = func(ctx context.Context, key string) (string, error) {
		shown <- key
		select {
		case t := <-typed:
			return t, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	work = func(ctx context.Context) (post.Ceremony, error) {
		defer close(ended)
		defer context.AfterFunc(ctx, stop)()
		defer func() {
			for _, o := range n.Officers {
				clear(o.Passphrase)
			}
			clear(n.PIN)
		}()
		return m.maker.Create(inner, dir, n)
	}
	key = func(ctx context.Context) (string, error) {
		select {
		case k := <-shown:
			return k, nil
		case <-ended:
			return "", context.Canceled // what went wrong is told by the other
		}
	}
	return work, key, true
}

func (m *Model) changed() { m.Show(m.state) }

// HasKey takes the recovery key.
func (m *Model) HasKey(key string, err error) {
	if err != nil || m.state.Busy != Making {
		return
	}
	m.key = key
	m.enter(Keep)
	m.showKey()
	m.changed()
}

func (m *Model) showKey() {
	m.state.Key = ""
	if m.state.Step == Keep && !m.state.Covered {
		m.state.Key = m.key
	}
}

// Cover hides the recovery key: nobody is at the desk. Uncover shows it again.
func (m *Model) Cover() State   { return m.cover(true) }
func (m *Model) Uncover() State { return m.cover(false) }

func (m *Model) cover(on bool) State {
	if m.state.Step == Keep {
		m.state.Covered = on
		m.showKey()
	}
	return m.state
}

// Prove takes what was typed or scanned from the paper. The post is made only
// with the very key that stands there; with anything else one tries again.
func (m *Model) Prove(typed string) State {
	if !m.at(Prove) {
		return m.state
	}
	want, err := vault.ParseRecovery(m.key)
	got, failed := vault.ParseRecovery(typed)
	if m.state.Wrong = err != nil || failed != nil || want.Public() != got.Public(); m.state.Wrong {
		return m.state
	}
	m.state.Busy = Proving
	m.typed <- typed
	return m.state
}

// Finished takes the outcome of [Model.Make]. What is returned is an error that
// the state does not tell; the ceremony is then where it can be tried again.
func (m *Model) Finished(c post.Ceremony, err error) error {
	paper := m.key != ""
	m.key, m.state.Key = "", ""
	clear(m.pin)
	if err == nil {
		for _, p := range m.passphrases {
			clear(p)
		}
		m.passphrases = nil
		m.enter(Done)
		m.state.Made = c
		m.changed()
		return nil
	}
	var problems *data.ProblemsError
	switch {
	case errors.As(err, &problems) && slices.ContainsFunc(problems.Problems, func(p data.Problem) bool { return strings.HasPrefix(p.Field, "post.") }):
		m.enter(Texts)
		m.state.Tried, m.state.Problems, err = true, problems.Problems, nil
	case errors.As(err, &problems):
		m.enter(Officers)
		m.state.Tried, m.state.Problems, err = true, problems.Problems, nil
	case errors.Is(err, post.ErrNotEmpty):
		m.enter(About)
		m.state.NotEmpty, err = true, nil
	default:
		m.enter(Signer)
	}
	m.state.Void = paper
	m.changed()
	return err
}

// Printers takes the print queues.
func (m *Model) Printers(queues []string) State {
	m.state.Queues = append([]string{}, queues...)
	return m.state
}

// page makes the paper of the step.
func (m *Model) page() (pdf func() ([]byte, error), title string, ok bool) {
	key, about, made := m.key, m.state.Post, m.state.Made
	switch {
	case m.at(Keep):
		return func() ([]byte, error) { return m.maker.Sheet(about, key) }, "Pratique " + about.Code, true
	case m.at(Done):
		return func() ([]byte, error) { return m.maker.Record(made) }, "Pratique " + about.Code, true
	}
	return nil, "", false
}

// Print begins to print the paper of the step. Its outcome goes to
// [Model.Out].
func (m *Model) Print(queue string) (work func(context.Context) error, ok bool) {
	pdf, title, ok := m.page()
	if !ok || queue == "" {
		return nil, false
	}
	m.state.Busy, m.state.Printed = Printing, false
	return func(ctx context.Context) error {
		b, err := pdf()
		if err == nil {
			err = m.printer.Print(ctx, queue, title, b)
		}
		clear(b)
		return err
	}, true
}

// Out takes the outcome of [Model.Print].
func (m *Model) Out(err error) error {
	if m.state.Busy == Printing { // and not long on the way
		m.state.Busy, m.state.Printed = Idle, err == nil
		m.changed()
	}
	return err
}

// Save writes the paper of the step to a file that somebody named.
func (m *Model) Save(path string) (State, error) {
	pdf, _, ok := m.page()
	if path = strings.TrimSpace(path); !ok || path == "" {
		return m.state, nil
	}
	b, err := pdf()
	if err == nil {
		err = m.write(path, b)
	}
	clear(b)
	m.state.Saved, m.state.Exists = "", errors.Is(err, fs.ErrExist)
	if m.state.Exists {
		return m.state, nil
	}
	if err == nil {
		m.state.Saved = path
	}
	return m.state, err
}

// Fingerprint is that of the anchor of the post that was made.
func (m *Model) Fingerprint() string {
	anchor, err := m.state.Made.Signer.Anchor()
	if err != nil {
		return ""
	}
	return keys.Fingerprint(anchor)
}

// Begun reports whether there is something to lose.
func (m *Model) Begun() bool {
	empty := NewModel(nil, nil, nil, "")
	return m.state.Step != Done && (len(m.state.Officers) > 0 || m.key != "" || !reflect.DeepEqual(m.state.Post, empty.state.Post))
}

// End breaks off what is not done, waits until nothing is left of it, and
// forgets what was typed.
func (m *Model) End() {
	m.stop()
	<-m.ended
	for _, p := range append(m.passphrases, m.pin) {
		clear(p)
	}
	m.passphrases, m.pin, m.key, m.state.Key = nil, nil, "", ""
}
