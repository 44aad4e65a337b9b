package report

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// probe tries the filter and measures the page; the result is the title, which --dump-dom shows.
const probe = `<script>
var shown=function(){return document.querySelectorAll(".finding:not([hidden])").length},out=[shown()];
var form=document.querySelector(".filter"),fire=function(){form.dispatchEvent(new Event("input"))};
form.querySelector("[value=error]").checked=false;fire();out.push(shown());
form.querySelector("[value=error]").checked=true;form.work.value="weekly.ipynb";fire();out.push(shown());
form.work.value="";form.text.value="REQUESTS.get";fire();out.push(shown());
form.text.value="";fire();out.push(shown());
out.push(document.documentElement.scrollWidth<=innerWidth?"fits":"overflows by "+(document.documentElement.scrollWidth-innerWidth));
document.title="probe "+out.join(" ");
</script>`

// TestHTMLWorksInABrowser needs Chromium on PATH.
func TestHTMLWorksInABrowser(t *testing.T) {
	browser := ""
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(n); err == nil {
			browser = p
			break
		}
	}
	if browser == "" {
		t.Skip("no Chromium on PATH")
	}
	page := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(page, []byte(strings.Replace(render(t, "html", sample(), options()), "</body>", probe+"</body>", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{390, 1280} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
			fmt.Sprintf("--window-size=%d,2000", width), "--dump-dom", "file://"+page)
		out, err := cmd.Output()
		if err != nil {
			t.Skipf("%s does not run here: %v", browser, err)
		}
		got := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(string(out))
		if got == nil || got[1] != "probe 4 2 1 2 4 fits" {
			t.Errorf("at width %d: %q", width, got)
		}
	}
}
