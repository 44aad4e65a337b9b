package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roadworthy-dev/roadworthy/internal/cli"
)

func TestPythonVersion(t *testing.T) {
	for in, want := range map[string]string{
		"0.1.0-dev": "0.1.0.dev0", "1.0.0": "1.0.0", "1.0.0-rc.2": "1.0.0rc2", "2.0.0-beta1": "2.0.0b1", "0.3.0-alpha": "0.3.0a0",
	} {
		if got := pythonVersion(in); got != want {
			t.Errorf("pythonVersion(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestUnknownPlatform(t *testing.T) {
	if _, err := platformTags("plan9", "arm"); err == nil || !strings.Contains(err.Error(), "linux/amd64") {
		t.Errorf("error %v does not say which platforms there are", err)
	}
}

func sample(t *testing.T, goos, goarch string) *wheel {
	tags, err := platformTags(goos, goarch)
	if err != nil {
		t.Fatal(err)
	}
	return &wheel{
		Version: "1.2.0", Tags: tags, Windows: goos == "windows", Program: []byte("\x7fELF program"),
		Readme: []byte("# Readme\n"), License: []byte("licence\n"),
		Package: map[string][]byte{"roadworthy/__init__.py": []byte("x = 1\n"), "roadworthy/py.typed": nil},
	}
}

func unzip(t *testing.T, data []byte) (map[string]string, map[string]os.FileMode, []string) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files, modes, order := map[string]string{}, map[string]os.FileMode{}, []string(nil)
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name], modes[f.Name] = string(text), f.Mode()
		order = append(order, f.Name)
	}
	return files, modes, order
}

func TestRecordNamesEveryFile(t *testing.T) {
	for _, platform := range []string{"linux/amd64", "darwin/arm64", "windows/amd64"} {
		goos, goarch, _ := strings.Cut(platform, "/")
		data, err := sample(t, goos, goarch).encode()
		if err != nil {
			t.Fatal(err)
		}
		files, modes, order := unzip(t, data)
		rows, err := csv.NewReader(strings.NewReader(files["roadworthy-1.2.0.dist-info/RECORD"])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var listed []string
		for _, row := range rows {
			listed = append(listed, row[0])
			if row[0] == "roadworthy-1.2.0.dist-info/RECORD" {
				continue
			}
			sum := sha256.Sum256([]byte(files[row[0]]))
			want := []string{row[0], "sha256=" + base64.RawURLEncoding.EncodeToString(sum[:]), fmt.Sprint(len(files[row[0]]))}
			if diff := cmp.Diff(want, row); diff != "" {
				t.Errorf("%s: record of %s (-want +got):\n%s", platform, row[0], diff)
			}
		}
		if diff := cmp.Diff(order, listed); diff != "" {
			t.Errorf("%s: files of the archive and of RECORD (-archive +record):\n%s", platform, diff)
		}
		program := "roadworthy-1.2.0.data/scripts/roadworthy"
		if goos == "windows" {
			program += ".exe"
		}
		if modes[program] != 0o755 {
			t.Errorf("%s: mode of %s is %v, want 0755", platform, program, modes[program])
		}
	}
}

func TestSameInputSameBytes(t *testing.T) {
	a, errA := sample(t, "linux", "arm64").encode()
	b, errB := sample(t, "linux", "arm64").encode()
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two encodings of one wheel differ (%v, %v)", errA, errB)
	}
}

// TestInstalled builds the wheel for this machine, installs it in a fresh virtual environment, without an index, and uses it
// as a user does.
func TestInstalled(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 on PATH")
	}
	if exec.Command(python, "-c", "import venv, ensurepip").Run() != nil {
		t.Skip("this python3 has no venv")
	}
	dir := t.TempDir()
	path, err := build("../../..", dir, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	venv := filepath.Join(dir, "venv")
	bin := filepath.Join(venv, "bin")
	if runtime.GOOS == "windows" {
		bin = filepath.Join(venv, "Scripts")
	}
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir // not in the repository, whose sdk/python could be imported instead
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run(python, "-m", "venv", venv)
	pip := []string{"-m", "pip", "--disable-pip-version-check"}
	venvPython := filepath.Join(bin, "python")
	run(venvPython, append(pip, "install", "--no-index", "--quiet", path)...)
	want := "roadworthy version " + cli.Version + "\n"
	if got := run(filepath.Join(bin, "roadworthy"), "--version"); got != want {
		t.Errorf("roadworthy --version printed %q, want %q", got, want)
	}
	if got := run(venvPython, "-m", "roadworthy", "--version"); got != want {
		t.Errorf("python -m roadworthy --version printed %q, want %q", got, want)
	}
	examples, err := filepath.Abs("../../../examples")
	if err != nil {
		t.Fatal(err)
	}
	if got := run(filepath.Join(bin, "roadworthy"), "effects", examples, "shop_worker.payments.charge"); !strings.Contains(got, "stripe.PaymentIntent.create") {
		t.Errorf("effects of the installed program:\n%s", got)
	}
	if got := run(venvPython, "-c", "import roadworthy; print(roadworthy.__name__)"); got != "roadworthy\n" {
		t.Errorf("import printed %q", got)
	}
	if got := run(venvPython, append(pip, "show", "roadworthy")...); !strings.Contains(got, "Version: "+pythonVersion(cli.Version)+"\n") {
		t.Errorf("pip show printed:\n%s", got)
	}
	run(venvPython, append(pip, "check")...)
	run(venvPython, append(pip, "uninstall", "--yes", "--quiet", "roadworthy")...)
	if _, err := os.Stat(filepath.Join(bin, "roadworthy")); !os.IsNotExist(err) {
		t.Errorf("the program is still there after uninstalling (%v)", err)
	}
}

// TestInstallersAcceptTheNames asks pip, as each platform's users would, whether the wheel's name fits it.
func TestInstallersAcceptTheNames(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-m", "pip", "--version").Run() != nil {
		t.Skip("no pip on PATH")
	}
	dir := t.TempDir()
	platforms := map[string][]string{
		"linux/amd64":   {"manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"},
		"linux/arm64":   {"manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"},
		"darwin/amd64":  {"macosx_12_0_x86_64"},
		"darwin/arm64":  {"macosx_12_0_arm64"},
		"windows/amd64": {"win_amd64"},
		"windows/arm64": {"win_arm64"},
	}
	for platform, accepted := range platforms {
		goos, goarch, _ := strings.Cut(platform, "/")
		w := sample(t, goos, goarch)
		data, err := w.encode()
		if err != nil {
			t.Fatal(err)
		}
		links := filepath.Join(dir, goos+goarch)
		if err := os.Mkdir(links, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(links, w.name()), data, 0o666); err != nil {
			t.Fatal(err)
		}
		args := []string{"-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-index", "--no-deps", "--only-binary=:all:",
			"--find-links", links, "--dest", filepath.Join(links, "got"), "roadworthy"}
		for _, a := range accepted {
			args = append(args, "--platform", a)
		}
		if out, err := exec.Command(python, args...).CombinedOutput(); err != nil {
			t.Errorf("%s: pip does not take %s: %v\n%s", platform, w.name(), err, out)
		}
	}
}
