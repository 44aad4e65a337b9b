//go:build linux || darwin

package jobs

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailbox is a mail relay that keeps what it is given.
type mailbox struct {
	addr string
	mu   sync.Mutex
	got  []letter
	say  map[string]string // command → answer instead of the usual one
}

type letter struct {
	from, to string
	*mail.Message
	body string
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	m := &mailbox{addr: l.Addr().String(), say: map[string]string{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.serve(c)
		}
	}()
	return m
}

func (m *mailbox) serve(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprint(c, "220 here\r\n")
	var from, to string
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		m.mu.Lock()
		answer := m.say[verb]
		m.mu.Unlock()
		switch verb {
		case "MAIL":
			from = strings.Trim(strings.Fields(strings.TrimPrefix(rest, "FROM:"))[0], "<>")
		case "RCPT":
			to = strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var text strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			msg, err := mail.ReadMessage(strings.NewReader(text.String()))
			if err != nil {
				fmt.Fprintf(c, "554 %v\r\n", err)
				return
			}
			body, _ := io.ReadAll(quotedprintable.NewReader(msg.Body))
			m.mu.Lock()
			m.got = append(m.got, letter{from, to, msg, string(body)})
			m.mu.Unlock()
		case "QUIT":
			fmt.Fprint(c, cmp.Or(answer, "221 bye")+"\r\n")
			return
		}
		if answer == "" {
			answer = "250 fine"
		}
		fmt.Fprint(c, answer+"\r\n")
	}
}

func (m *mailbox) letters() []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]letter(nil), m.got...)
}

func TestAlertsByMail(t *testing.T) {
	box := newMailbox(t)
	s := running(t, `
@roadworthy.job(retries=0, owner="büro", alerts=["mailto:ops@example.com"])
def sync(ok):
    if not ok: raise ValueError("line one\r\nBcc: everyone@example.com\n.\nline four")
`, "", func(s *Service) { s.Alerts.SMTP, s.Alerts.From = box.addr, "jobs@example.com" })
	s.until(t, s.ask(t, "sync", `{"ok":false}`), Dead)
	s.until(t, s.ask(t, "sync", `{"ok":true}`), Done)
	for deadline := time.Now().Add(10 * time.Second); len(box.letters()) < 2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("letters %+v", box.letters())
		}
	}
	first, second := box.letters()[0], box.letters()[1]
	if strings.Contains(first.body, "RECOVERED") { // two deliveries, each in its own time
		first, second = second, first
	}
	if first.from != "jobs@example.com" || first.to != "ops@example.com" || first.Header.Get("Bcc") != "" || first.Header.Get("Message-ID") == "" {
		t.Errorf("from %s to %s, header %v", first.from, first.to, first.Header)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(first.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "[roadworthy] sync: run 1 is a dead letter") {
		t.Errorf("subject %q, %v", subject, err)
	}
	for _, want := range []string{"ALERT ", "owner: büro", "last good run: none", `first failing input: {"ok":false}`, "\r\n.\r\n", "line four"} {
		if !strings.Contains(first.body, want) {
			t.Errorf("the letter lacks %q: %q", want, first.body)
		}
	}
	if !strings.Contains(second.body, "RECOVERED sync succeeds again: run 2") {
		t.Errorf("the second letter: %q", second.body)
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		list := must[[]Alert](t)(s.Alerts.List(t.Context(), false, 10))
		if len(list) == 1 && list[0].Delivery == "mail: delivered" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("alerts %+v", list)
		}
	}
}

// A relay that has taken the mail and ends the conversation badly is no reason to send it again.
func TestMailIsSentOnceTheRelayHasIt(t *testing.T) {
	box := newMailbox(t)
	box.say["QUIT"] = "421 too late"
	a := &Alerter{SMTP: box.addr}
	if err := a.mail(t.Context(), "a@example.com", Alert{Summary: "x"}, "x"); err != nil || len(box.letters()) != 1 {
		t.Errorf("%v, letters %+v", err, box.letters())
	}
}

func TestMailThatCannotBeSent(t *testing.T) {
	box := newMailbox(t)
	box.say["RCPT"] = "550 no such user"
	dead := newMailbox(t)
	dead.say["EHLO"], dead.say["HELO"] = "421 go away", "421 go away"
	for relay, want := range map[string]string{
		"":                               "no mail relay",
		"127.0.0.1:1":                    "reach the mail relay",
		"://":                            "neither host:port",
		box.addr:                         `mail to a@example.com: 550 "no such user"`,
		dead.addr:                        "greet the mail relay",
		"smtp://jobs:secret@" + box.addr: "log in at the mail relay",
	} {
		a := &Alerter{SMTP: relay}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err := a.mail(ctx, "a@example.com", Alert{Summary: "x"}, "x")
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("relay %q: %v, want %q", relay, err, want)
		}
	}
}
