# Sourced by scripts/peers. Debian packages: unpacked beside each other, never installed.

debian() {
  local -r name=$1 suite=$2 package=$3 program=$4
  local stamp="debian $suite 1"
  ! is_current "$name" "$stamp" "$program" || return 0
  check_debian "$name" || return 1
  start_work
  unpack "$name" "$suite" "$package" || return 1
  if [[ $name == notation ]]; then check_notation || return 1; fi
  if ! "wrap_$program"; then
    say "$name: the unpacked $program does not run on this machine: $(last_line "$work/log")"
    return 1
  fi
  rm -rf "${peers:?}/root/$name"
  mkdir -p "$peers/root"
  mv "$work/root" "$peers/root/$name"
  mv -f "$work/bin/$program" "$bin/$program"
  set_current "$name" "$stamp"
}

check_debian() {
  local tool
  for tool in apt-get dpkg; do
    if ! command -v "$tool" >/dev/null; then
      say "$tool is missing: $1 is taken from Debian's packages, on a Debian machine"
      return 1
    fi
  done
}

# Downloads the package, and from the machine's own release what else it needs here, into $work/root.
unpack() {
  local -r name=$1 suite=$2 package=$3
  local lists=$peers/lists/$suite packages=("$package") deb
  local -a apt
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$work/deb" "$work/root"
  write_sources "$suite" "$lists/debian.sources" || { say "$name: no Debian mirror in this machine's apt sources"; return 1; }
  apt=(-qq -o Acquire::http::Timeout=60 -o Acquire::https::Timeout=60 -o Acquire::Retries=1 -o "Dir::Etc::sourcelist=$lists/debian.sources" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists/lists"
    -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User= -o Debug::NoLocking=1)
  if ! is_fresh "$lists/updated" && ! { limited 600 nice apt-get "${apt[@]}" -o APT::Update::Error-Mode=any update >/dev/null 2>"$work/log" && touch "$lists/updated"; }; then
    say "$name: apt-get update of Debian $suite failed: $(last_line "$work/log")"
    return 1
  fi
  if [[ $suite == release ]]; then
    mapfile -t packages < <(needed "$package" "${apt[@]}")
  fi
  if ! (cd "$work/deb" && limited 900 apt-get "${apt[@]}" download "${packages[@]}") >/dev/null 2>"$work/log"; then
    rm -f "$lists/updated" # they may be older than the mirror: the next run asks again
    say "$name: apt-get download of ${packages[*]} failed: $(last_line "$work/log")"
    return 1
  fi
  for deb in "$work"/deb/*.deb; do
    if ! dpkg -x "$deb" "$work/root" 2>"$work/log"; then
      say "$name: dpkg -x of ${deb##*/} failed: $(last_line "$work/log")"
      return 1
    fi
  done
}

is_fresh() { [[ -n $(find "$1" -mmin -60 2>/dev/null) ]]; }

# The package, and what installing it would add to this machine.
needed() {
  local -r package=$1
  shift
  {
    echo "$package"
    apt-get "$@" -s --no-install-recommends install "$package" 2>/dev/null | awk '$1 == "Inst" { print $2 }'
  } | sort -u
}

write_sources() {
  local -r suite=$1 file=$2
  local uri codename=sid
  uri=$(mirror)
  [[ -n $uri ]] || return 1
  [[ $suite == sid ]] || codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$uri" "$codename" /usr/share/keyrings/debian-archive-keyring.gpg >"$file"
}

# The machine's own mirror: the first one that debian.sources or sources.list names.
mirror() {
  local -r etc=${NOTATION_TS_KMS_APT_ETC:-/etc/apt}
  {
    awk '/^URIs:/ { print $2; exit }' "$etc/sources.list.d/debian.sources" 2>/dev/null
    sed -E 's/\[[^]]*\]//' "$etc/sources.list" 2>/dev/null | awk '$1 == "deb" && /main/ && !/security/ { print $2; exit }'
  } | head -n 1
}

check_notation() {
  local version
  version=$("$work/root/usr/bin/notation" version 2>"$work/log" | awk '/^Version:/ { print $2 }') || true
  if [[ ! $version =~ ^v1\.3\.([0-9]+) ]] || [[ ${BASH_REMATCH[1]} -lt 2 ]]; then
    say "notation: expected 1.3.2 or a newer 1.3.x in Debian sid, found ${version:-none that runs}"
    return 1
  fi
}

wrap_notation() { plain notation version; }
wrap_oras() { plain oras version; }
wrap_docker-registry() { plain docker-registry --version; }

# The Debian program finds its module at a fixed place: it is told the unpacked one.
wrap_softhsm2-util() {
  local -r module=$(cd "$work/root" && find . -name libsofthsm2.so -type f | head -n 1)
  with_libraries softhsm2-util "--module \"\$root/${module#./}\""
  printf 'directories.tokendir = %s\n' "$work/root" >"$work/softhsm2.conf"
  SOFTHSM2_CONF=$work/softhsm2.conf runs softhsm2-util --show-slots || return 1
  mkdir -p "$peers/lib"
  ln -sfn "../root/softhsm2/${module#./}" "$peers/lib/libsofthsm2.so"
}

# pkcs11-tool loads the token library into itself, so its wrapper names that library's companions as well.
# Asked for help it fails, in a way that tells it from a program that could not be loaded.
wrap_pkcs11-tool() {
  with_libraries pkcs11-tool ''
  runs pkcs11-tool --help || grep -q '^Usage: pkcs11-tool' "$work/log"
}

# They want a policy of trust, which the machine need not have: no image is refused for its signatures here.
wrap_skopeo() { with_libraries skopeo '' && runs skopeo --version; }
wrap_buildah() { with_libraries buildah '' && runs buildah --version; }

# zsh takes no path of modules from its environment: who starts it hands on PEER_ZSH_MODULES in a zshenv.
wrap_zsh() {
  [[ -x $work/root/usr/bin/zsh ]] || { mkdir -p "$work/root/usr/bin"; ln -s ../../bin/zsh "$work/root/usr/bin/zsh"; }
  with_libraries zsh ''
  local -r program=$work/bin/zsh
  sed -i 's|^LD_LIBRARY_PATH|export PEER_ZSH_MODULES="$(echo "$root"/usr/lib/*-linux-*/zsh/*)" FPATH="$(find "$root/usr/share/zsh/functions" -type d -printf %p:)"\n&|' "$program"
  runs zsh --version
}

# fish finds its functions from its own place, when there is an etc beside them.
wrap_fish() {
  mkdir -p "$work/root/usr/etc/fish"
  with_libraries fish ''
  runs fish -c 'functions -q __fish_complete_path'
}

wrap_mandoc() { with_libraries mandoc '' && runs mandoc "$work/root/usr/share/man/man1/mandoc.1.gz"; }

# Not a program: its wrapper says where the file is that bash reads.
wrap_bash-completion() {
  mkdir -p "$work/bin"
  cat >"$work/bin/bash-completion" <<'WRAPPER'
#!/bin/sh
peers=$(cd "$(dirname "$0")/.." && pwd)
echo "${PEER_ROOT:-$peers/root/bash-completion}/usr/share/bash-completion/bash_completion"
WRAPPER
  chmod 755 "$work/bin/bash-completion"
  bash --norc -c 'source "$1"' bash "$(PEER_ROOT=$work/root "$work/bin/bash-completion")" >"$work/log" 2>&1
}

# Debian's own starter knows one place only. A machine without fonts draws with those that came along.
wrap_chromium-headless-shell() {
  cat >"$work/root/fonts.conf" <<'FONTS'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <match><edit name="family" mode="append_last" binding="strong"><string>DejaVu Sans</string></edit></match>
  <alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
FONTS
  with_libraries chromium-headless-shell '' lib/chromium 'FONTCONFIG_FILE=$root/fonts.conf'
  runs chromium-headless-shell --no-sandbox --dump-dom 'data:text/html,<p>drawn' && grep -q drawn "$work/log"
}

plain() {
  local -r program=$1
  shift
  mkdir -p "$work/bin"
  cp "$work/root/usr/bin/$program" "$work/bin/$program"
  runs "$program" "$@"
}

with_libraries() {
  local -r program=$1 options=$2 folder=${3:-bin} variables=${4:-}
  local peer=$program
  [[ $program != softhsm2-util ]] || peer=softhsm2
  [[ $program != pkcs11-tool ]] || peer=opensc
  [[ $program != chromium-headless-shell ]] || peer=chromium
  mkdir -p "$work/bin"
  cat >"$work/bin/$program" <<WRAPPER
#!/bin/sh
peers=\$(cd "\$(dirname "\$0")/.." && pwd)
root=\${PEER_ROOT:-\$peers/root/$peer}
libraries=
for folder in "\$root"/usr/lib/*-linux-* "\$root"/usr/lib/*-linux-*/pulseaudio "\$root"/lib/*-linux-* "\$root"/usr/lib "\$peers"/root/softhsm2/usr/lib/*-linux-*; do
  [ ! -d "\$folder" ] || libraries=\$libraries\$folder:
done
LD_LIBRARY_PATH=\$libraries\${LD_LIBRARY_PATH:-} $variables exec "\$root/usr/$folder/$program" "\$@" $options
WRAPPER
  chmod 755 "$work/bin/$program"
}

runs() {
  local -r program=$1
  shift
  PEER_ROOT=$work/root "$work/bin/$program" "$@" >"$work/log" 2>&1
}
