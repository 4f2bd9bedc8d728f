# Sourced by scripts/peers. Python programs: packages in a folder of their own, every version pinned. Their stamp is the pins and the Python they are for.

python_program() {
  local -r name=$1 program=$2 pins=$3
  local python pip stamp
  python=$(find_python "$name") || return 1
  stamp="$(sha256sum <"$pins") $python $("$python" -V)"
  ! is_current "$name" "$stamp" "$program" || return 0
  start_work
  pip=$(find_pip "$python" "$name") || return 1
  # Wheels only: nothing is compiled, and no package's own code runs while it is installed.
  if ! PIP_DISABLE_PIP_VERSION_CHECK=1 limited 900 nice "$pip" -m pip install -q --no-input --timeout 60 --retries 2 --no-cache-dir --no-deps \
    --only-binary :all: --target "$work/root" -r "$pins" >"$work/log" 2>&1; then
    say "$name: pip install of ${pins#"$here/"} failed: $(grep -i error "$work/log" | tail -n 1 || last_line "$work/log")"
    return 1
  fi
  wrap_python "$name" "$program" "$python"
  rm -rf "${peers:?}/root/$name"
  mkdir -p "$peers/root"
  mv "$work/root" "$peers/root/$name"
  mv -f "$work/bin/$program" "$bin/$program"
  set_current "$name" "$stamp"
}

# The interpreter itself, not a shim that asks other files which one is meant.
find_python() {
  local python
  if ! python=$(python3 -c 'import sys; print(sys.executable if sys.version_info >= (3, 10) else "")' 2>/dev/null); then
    say "python3 is missing: install Python 3.10 or newer, with pip or venv, to install $1"
    return 1
  fi
  if [[ -z $python ]]; then
    say "$(python3 -V) is too old: install Python 3.10 or newer to install $1"
    return 1
  fi
  echo "$python"
}

# A Python that has pip: the machine's, or one of a throw-away environment where only venv brings it.
find_pip() {
  local -r python=$1 name=$2
  if "$python" -m pip --version >/dev/null 2>&1; then
    echo "$python"
  elif "$python" -m venv "$work/venv" >/dev/null 2>&1; then
    echo "$work/venv/bin/python3"
  else
    say "$python has neither pip nor venv: install python3-pip or python3-venv (Debian's names) to install $name"
    return 1
  fi
}

wrap_python() {
  local -r name=$1 program=$2 python=$3
  mkdir -p "$work/bin"
  cat >"$work/bin/$program" <<WRAPPER
#!/bin/sh
root=\$(cd "\$(dirname "\$0")/../root/$name" && pwd)
PYTHONPATH=\$root exec "$python" -s "\$root/bin/$program" "\$@"
WRAPPER
  chmod 755 "$work/bin/$program"
}
