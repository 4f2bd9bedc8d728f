# Sourced by scripts/peers. Go programs: their stamp is the digest of their module's sources.

go_program() {
  local -r name=$1 package=$3
  local source=$2 digest
  digest=$(cd "$source" && find . -type f \( -name 'go.*' -o -name '*.go' \) -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum)
  ! is_current "$name" "$digest" "$name" || return 0
  check_go "$name" || return 1
  start_work
  if declare -F "prepare_$name" >/dev/null; then
    cp -r "$source" "$work/source"
    source=$work/source
    if ! (cd "$source" && "prepare_$name") 2>"$work/log"; then
      say "$name: its sources cannot be made ready: $(last_line "$work/log")"
      return 1
    fi
  fi
  if ! (cd "$source" && GOTOOLCHAIN=local GOFLAGS=${go_flags:-} CGO_ENABLED=0 limited 1800 nice go build -trimpath -buildvcs=false -ldflags='-s -w' -o "$work/$name" "$package") 2>"$work/log"; then
    say "$name: go build failed: $(last_line "$work/log")"
    return 1
  fi
  mv -f "$work/$name" "$bin/$name"
  set_current "$name" "$digest"
}

# The sdk that Vault 1.14 was published with refuses its own engines at start: its check for that is taken out of a copy.
prepare_vaultdev() {
  local -r sdk=github.com/hashicorp/vault/sdk@v0.9.2
  GOTOOLCHAIN=local limited 900 go mod download "$sdk" && cp -r "$(go env GOMODCACHE)/$sdk" sdk && chmod -R u+w sdk || return 1
  sed -i '/Detect the coding error of attempting to define a CreateOperation/{n;s/p.ExistenceCheck == nil/false/}' sdk/framework/backend.go
}

check_go() {
  local version minor
  if ! command -v go >/dev/null; then
    say "go is missing: install Go 1.26 or newer to build $1"
    return 1
  fi
  version=$(GOTOOLCHAIN=local go env GOVERSION)
  minor=${version#go1.}
  if [[ ${minor%%[!0-9]*} -lt 26 ]]; then
    say "$version is too old: install Go 1.26 or newer to build $1"
    return 1
  fi
  # Go finds no cache of its own when there is no home.
  if [[ -z ${HOME:-} ]]; then
    export GOPATH=${GOPATH:-$peers/go} GOCACHE=${GOCACHE:-$peers/go-build} go_flags=-modcacherw
  fi
}
