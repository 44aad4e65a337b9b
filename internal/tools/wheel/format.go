package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// platformTags are the platforms (PEP 425, 600, 656) on which the program runs. It is static on Linux, so glibc and musl both
// do; the oldest macOS is that of the Go release it is built with.
func platformTags(goos, goarch string) ([]string, error) {
	tags := map[string][]string{
		"linux/amd64":   {"manylinux_2_17_x86_64", "manylinux2014_x86_64", "musllinux_1_1_x86_64"},
		"linux/arm64":   {"manylinux_2_17_aarch64", "manylinux2014_aarch64", "musllinux_1_1_aarch64"},
		"darwin/amd64":  {"macosx_12_0_x86_64"},
		"darwin/arm64":  {"macosx_12_0_arm64"},
		"windows/amd64": {"win_amd64"},
		"windows/arm64": {"win_arm64"},
	}
	if t, ok := tags[goos+"/"+goarch]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("no wheel for %s/%s; there are %s", goos, goarch, strings.Join(slices.Sorted(maps.Keys(tags)), ", "))
}

var prerelease = regexp.MustCompile(`^(\d+(?:\.\d+)*)-(dev|alpha|beta|rc)\.?(\d*)$`)

// pythonVersion writes a version as PEP 440 does: 0.1.0-dev is 0.1.0.dev0, 1.0.0-rc.2 is 1.0.0rc2.
func pythonVersion(v string) string {
	m := prerelease.FindStringSubmatch(v)
	if m == nil {
		return v
	}
	number := m[3]
	if number == "" {
		number = "0"
	}
	return m[1] + map[string]string{"dev": ".dev", "alpha": "a", "beta": "b", "rc": "rc"}[m[2]] + number
}

// wheel is what goes into the archive (the binary distribution format, PEP 427).
type wheel struct {
	Version string
	Tags    []string
	Windows bool
	Program []byte
	Readme  []byte
	License []byte
	Package map[string][]byte // the import package, by path
}

func (w *wheel) name() string {
	return fmt.Sprintf("roadworthy-%s-py3-none-%s.whl", w.Version, strings.Join(w.Tags, "."))
}

func (w *wheel) metadata() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `Metadata-Version: 2.4
Name: roadworthy
Version: %s
Summary: From any Python repository to a verdict, with the chain of calls that proves it
License-Expression: Apache-2.0
License-File: LICENSE
Requires-Python: >=3.9
Keywords: static analysis,effects,production,notebooks,jobs
Classifier: Environment :: Console
Classifier: Intended Audience :: Developers
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Software Development :: Quality Assurance
Project-URL: Source, https://github.com/roadworthy-dev/roadworthy
Description-Content-Type: text/markdown

`, w.Version)
	b.Write(w.Readme)
	return b.Bytes()
}

func (w *wheel) wheelFile() []byte {
	var b bytes.Buffer
	b.WriteString("Wheel-Version: 1.0\nGenerator: roadworthy\nRoot-Is-Purelib: false\n")
	for _, tag := range w.Tags {
		fmt.Fprintf(&b, "Tag: py3-none-%s\n", tag)
	}
	return b.Bytes()
}

// encode writes the archive: the package, the program as a script, and the metadata with RECORD last, as the format asks.
func (w *wheel) encode() ([]byte, error) {
	var out, record bytes.Buffer
	archive := zip.NewWriter(&out)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	write := func(name string, data []byte, mode fs.FileMode) error {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(mode)
		f, err := archive.CreateHeader(h)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		sum := sha256.Sum256(data)
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(sum[:]), len(data))
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(w.Package)) {
		if err := write(name, w.Package[name], 0o644); err != nil {
			return nil, err
		}
	}
	prefix := "roadworthy-" + w.Version
	program := prefix + ".data/scripts/roadworthy"
	if w.Windows {
		program += ".exe"
	}
	for _, f := range []struct {
		name string
		data []byte
		mode fs.FileMode
	}{
		{program, w.Program, 0o755},
		{prefix + ".dist-info/licenses/LICENSE", w.License, 0o644},
		{prefix + ".dist-info/METADATA", w.metadata(), 0o644},
		{prefix + ".dist-info/WHEEL", w.wheelFile(), 0o644},
	} {
		if err := write(f.name, f.data, f.mode); err != nil {
			return nil, err
		}
	}
	name := prefix + ".dist-info/RECORD"
	fmt.Fprintf(&record, "%s,,\n", name)
	if err := write(name, bytes.Clone(record.Bytes()), 0o644); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
