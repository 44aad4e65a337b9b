//go:build linux || darwin

package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Role is what someone may do.
type Role string

const (
	Viewer   Role = "viewer"
	Operator Role = "operator"
)

// Identity is who asks.
type Identity struct {
	Name string `json:"name"`
	Role Role   `json:"role"`
}

// Auth says how people are known.
type Auth struct {
	// Loopback: the server listens on a loopback address only, where whoever reaches it is at the machine.
	Loopback bool
	// Token and ViewerToken are shared secrets.
	Token, ViewerToken string
	// ProxyHeader carries the identity that a reverse proxy vouches for. The server must not be reachable around it.
	ProxyHeader string
	Operators   []string
	Viewers     []string // empty: everyone the proxy lets through may look

	sessions *sessions
}

// ErrOpen says that an address would be open to everyone.
var ErrOpen = errors.New("this address can be reached from other machines: set ROADWORTHY_TOKEN, or proxy_identity in [run] if a reverse proxy vouches for people")

// NewAuth refuses an address that is not loopback without a way to know people.
func NewAuth(listen string, a Auth) (Auth, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return a, err
	}
	ip := net.ParseIP(host)
	a.Loopback = host == "localhost" || ip != nil && ip.IsLoopback()
	if !a.Loopback && a.Token == "" && a.ProxyHeader == "" {
		return a, ErrOpen
	}
	a.sessions = &sessions{m: map[string]session{}}
	return a, nil
}

type session struct {
	id      Identity
	expires time.Time
}

type sessions struct {
	mu sync.Mutex
	m  map[string]session
}

func same(a, b string) bool { return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (a Auth) byToken(token string) (Identity, bool) {
	switch {
	case same(token, a.Token):
		return Identity{"token", Operator}, true
	case same(token, a.ViewerToken):
		return Identity{"viewer token", Viewer}, true
	}
	return Identity{}, false
}

const cookieName = "roadworthy"

func (w *Server) identify(r *http.Request) (Identity, error) {
	a := w.Auth
	if network, _ := r.Context().Value(connKey{}).(string); network == "unix" {
		return Identity{"local", Operator}, nil
	}
	if h := r.Header.Get("Authorization"); strings.HasPrefix(h, "Bearer ") {
		if id, ok := a.byToken(h[7:]); ok {
			return id, nil
		}
		return Identity{}, &httpError{401, "this token is not known"}
	}
	if c, err := r.Cookie(cookieName); err == nil && a.sessions != nil {
		a.sessions.mu.Lock()
		s, ok := a.sessions.m[c.Value]
		a.sessions.mu.Unlock()
		if ok && time.Now().Before(s.expires) {
			return s.id, nil
		}
	}
	if a.ProxyHeader != "" {
		if name := r.Header.Get(a.ProxyHeader); name != "" {
			switch {
			case slices.Contains(a.Operators, name):
				return Identity{name, Operator}, nil
			case len(a.Viewers) == 0 || slices.Contains(a.Viewers, name):
				return Identity{name, Viewer}, nil
			}
			return Identity{}, &httpError{403, name + " is neither a viewer nor an operator"}
		}
	}
	if a.Loopback && a.Token == "" && a.ProxyHeader == "" {
		return Identity{"local", Operator}, nil
	}
	return Identity{}, &httpError{401, "a token is needed"}
}

// sameOrigin refuses acts that a page of another origin makes a browser do. Programs send neither header.
func (w *Server) sameOrigin(r *http.Request) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return &httpError{403, "this request comes from another site"}
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != "null" {
		_, host, _ := strings.Cut(origin, "://")
		if host != r.Host {
			return &httpError{403, "this request comes from another site"}
		}
	} else if origin == "null" {
		return &httpError{403, "this request comes from another site"}
	}
	if ct := r.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/json") {
		return &httpError{415, "send application/json"} // which no form of another site can
	}
	return nil
}

// checkHost refuses names that only a rebound DNS entry gives a loopback address.
func (a Auth) checkHost(r *http.Request) error {
	if network, _ := r.Context().Value(connKey{}).(string); network == "unix" || !a.Loopback {
		return nil
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	if a.ProxyHeader != "" && r.Header.Get(a.ProxyHeader) != "" {
		return nil
	}
	return errors.New("this server answers to localhost only")
}

// login exchanges a token for a session cookie, so that the token itself stays out of the browser's storage.
func (w *Server) login(rw http.ResponseWriter, r *http.Request) {
	if err := w.sameOrigin(r); err != nil {
		http.Error(rw, err.Error(), http.StatusForbidden)
		return
	}
	var q struct {
		Token string `json:"token"`
	}
	if json.NewDecoder(io.LimitReader(r.Body, 4096)).Decode(&q) != nil {
		http.Error(rw, "send a token", http.StatusBadRequest)
		return
	}
	id, ok := w.Auth.byToken(q.Token)
	if !ok {
		time.Sleep(300 * time.Millisecond) // makes guessing slow
		http.Error(rw, "this token is not known", http.StatusUnauthorized)
		return
	}
	var b [32]byte
	rand.Read(b[:])
	value := base64.RawURLEncoding.EncodeToString(b[:])
	s := w.Auth.sessions
	s.mu.Lock()
	for k, v := range s.m {
		if time.Now().After(v.expires) {
			delete(s.m, k)
		}
	}
	s.m[value] = session{id, time.Now().Add(12 * time.Hour)}
	s.mu.Unlock()
	http.SetCookie(rw, &http.Cookie{Name: cookieName, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", MaxAge: 12 * 3600})
	rw.Header().Set("Content-Type", "application/json")
	json.NewEncoder(rw).Encode(id)
}
