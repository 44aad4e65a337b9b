//go:build linux || darwin

package jobs

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"net/url"
	"strings"
	"time"
)

// mail hands an alert to the mail relay. Where the relay offers encryption it is used; a password is sent over nothing
// else, except to this machine.
func (a *Alerter) mail(ctx context.Context, to string, al Alert, text string) error {
	if a.SMTP == "" {
		return errors.New("no mail relay: set [run] smtp = \"host:25\" in roadworthy.toml")
	}
	addr, host, auth, err := relay(a.SMTP)
	if err != nil {
		return err
	}
	from := cmp.Or(a.From, "roadworthy@"+hostname())
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("reach the mail relay: %w", err)
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return fmt.Errorf("greet the mail relay: %w", err)
	}
	if err := c.Hello(hostname()); err != nil {
		return fmt.Errorf("greet the mail relay: %w", err)
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(&tls.Config{ServerName: host}); err != nil {
			return fmt.Errorf("encrypt the mail relay's connection: %w", err)
		}
	}
	if auth != nil {
		if err := c.Auth(auth); err != nil {
			return fmt.Errorf("log in at the mail relay: %w", err)
		}
	}
	if err := c.Mail(from); err != nil {
		return fmt.Errorf("mail from %s: %w", from, err)
	}
	if err := c.Rcpt(to); err != nil {
		return fmt.Errorf("mail to %s: %w", to, err)
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("send the mail: %w", err)
	}
	// What a job's error says is in there: nothing of it can end a header, and lines stay within the format's length.
	subject := mime.QEncoding.Encode("utf-8", "[roadworthy] "+strings.NewReplacer("\r", " ", "\n", " ").Replace(clip(al.Summary, 150)))
	fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <alert-%d-%s-%d@%s>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
		from, to, subject, clock().Format(time.RFC1123Z), al.ID, al.State, clock().UnixNano(), hostname())
	q := quotedprintable.NewWriter(w)
	if _, err := q.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n")); err != nil {
		return fmt.Errorf("send the mail: %w", err)
	}
	if err := errors.Join(q.Close(), w.Close()); err != nil {
		return fmt.Errorf("send the mail: %w", err)
	}
	_ = c.Quit() // the relay has taken the mail: how it ends the conversation is no reason to send it again
	return nil
}

// relay reads host:port or smtp://USER:PASSWORD@host:port; the port is 25 without and 587 with a user.
func relay(s string) (addr, host string, auth smtp.Auth, err error) {
	if !strings.Contains(s, "://") {
		s = "smtp://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "smtp" || u.Hostname() == "" {
		return "", "", nil, errors.New("[run] smtp is neither host:port nor smtp://USER:PASSWORD@host:port")
	}
	port := "25"
	if u.User != nil {
		port = "587"
		password, _ := u.User.Password()
		auth = smtp.PlainAuth("", u.User.Username(), password, u.Hostname())
	}
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), port)), u.Hostname(), auth, nil
}
