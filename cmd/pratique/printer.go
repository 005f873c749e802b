package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"

	"pratique/pdfgen/spool"
	"pratique/ui/certificates"
)

// printer shows the operating system's queues to the screens.
type printer struct{ spool *spool.Spooler }

// newPrinter talks to the scheduler that CUPS_SERVER names, else to this machine's.
func newPrinter() printer {
	name := "pratique"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return printer{spool.New(os.Getenv("CUPS_SERVER"), name)}
}

func (p printer) Queues(ctx context.Context) ([]certificates.Queue, error) {
	all, err := p.spool.Queues(ctx)
	if err != nil {
		return nil, reworded(err)
	}
	var queues []certificates.Queue
	for _, q := range all {
		queues = append(queues, certificates.Queue{
			Name: q.Name, Info: q.Info, Default: q.Default, Ready: q.State == spool.Idle || q.State == spool.Busy, Reason: q.Reason,
		})
	}
	return queues, nil
}

func (p printer) Print(ctx context.Context, queue, title string, pdf []byte) (string, error) {
	job, err := p.spool.Print(ctx, queue, title, pdf)
	if err != nil {
		return "", reworded(err)
	}
	return job.String(), nil
}

func (p printer) Wait(ctx context.Context, queue, job string, progress func(certificates.Status)) (certificates.Status, error) {
	j, err := jobOf(queue, job)
	if err != nil {
		return certificates.Status{}, err
	}
	state, err := p.spool.Wait(ctx, j, func(s spool.State) { progress(statusOf(s)) })
	return statusOf(state), reworded(err)
}

func (p printer) Cancel(ctx context.Context, queue, job string) error {
	j, err := jobOf(queue, job)
	if err != nil {
		return err
	}
	return reworded(p.spool.Cancel(ctx, j))
}

// jobOf reads what spool.Job.String wrote.
func jobOf(queue, job string) (spool.Job, error) {
	id, err := strconv.Atoi(strings.TrimPrefix(job, queue+"-"))
	if err != nil {
		return spool.Job{}, fmt.Errorf("job %q of queue %q: %w", job, queue, err)
	}
	return spool.Job{Queue: queue, ID: id}, nil
}

func statusOf(s spool.State) certificates.Status {
	return certificates.Status{Phase: certificates.Phase(s.Phase), Reason: s.Reason}
}

// reworded makes the spooler's errors those that the screen tells apart.
func reworded(err error) error {
	for _, pair := range [][2]error{
		{spool.ErrNone, certificates.ErrNoPrinter},
		{spool.ErrQueue, certificates.ErrRefused},
		{spool.ErrRefused, certificates.ErrRefused},
		{spool.ErrUnknown, certificates.ErrUnknown},
	} {
		if errors.Is(err, pair[0]) {
			return fmt.Errorf("%w: %w", pair[1], err)
		}
	}
	return err
}
