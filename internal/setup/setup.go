// Package setup holds the files that put the check where teams work (.pre-commit-hooks.yaml, action.yml,
// deploy/gitlab-ci.yml) to what they promise: its tests read them as the tools that use them do and run their commands.
package setup
