# make -f pycg.mk pycg PYCG=DIR
#
# Compares call graphs with PyCG's micro-benchmark (github.com/vitsalis/PyCG; Salis et al., ICSE 2021) in a copy of that
# repository at DIR, and prints how many cases are exact, and precision and recall of the edges.

.PHONY: pycg
pycg:
	@test -d "$(PYCG)/micro-benchmark" || { echo 'PYCG must name a copy of the PyCG repository: make -f pycg.mk pycg PYCG=DIR' >&2; exit 2; }
	PYCG="$(abspath $(PYCG))" go test ./internal/link -run 'TestPyCG$$' -count=1 -v
