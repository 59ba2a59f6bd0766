# Roots, the server in one, and what is looked at; read by `run`.

SECONDS=0
server=
step() { echo "== $1 (after $SECONDS s)"; echo "== $1" >>"$log"; }
fail() {
  echo "FAILED: $1" >&2
  echo "-- the end of the log:" >&2
  tail -n 25 "$log" >&2
  exit 1
}

mounted() { awk -v at="$1" '$2 == at { found = 1 } END { exit !found }' /proc/mounts; }

cleanUp() {
  [ -z "$server" ] || { kill -KILL "$server" 2>/dev/null || true; }
  for each in "$root" "$author"; do
    for place in dev proc; do
      ! mounted "$each/$place" || umount "$each/$place" 2>/dev/null || umount -l "$each/$place"
    done
    if mounted "$each/proc" || mounted "$each/dev"; then
      echo "$each is still mounted; it is left" >&2
    else
      rm -rf --one-file-system "$each"
    fi
  done
}

# A minimal root in which no package starts anything.
makeRoot() { # path
  if [ -n "$base" ] && [ -f "$base" ]; then
    mkdir -p "$1"
    tar -xf "$base" -C "$1" --numeric-owner
  else
    debootstrap --variant=minbase bookworm "$1" "${NETBIT_MIRROR:-http://deb.debian.org/debian}" >>"$log" 2>&1 ||
      fail "debootstrap"
    [ -z "$base" ] || tar -cf "$base" -C "$1" --numeric-owner .
  fi
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod +x "$1/usr/sbin/policy-rc.d"
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
  echo '127.0.0.1 localhost' >"$1/etc/hosts" # which debootstrap leaves to an installer
  mount --bind /dev "$1/dev"
  mount -t proc proc "$1/proc"
  chroot "$1" apt-get update -q >>"$log" 2>&1 || fail "apt-get update"
}

inRoot() { DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" "$@"; }

install() { # folder package…: from the files there, and what they need from Debian
  local folder=$1 files=()
  shift
  mkdir -p "$root/packages"
  rm -f "$root"/packages/*
  for package in "$@"; do
    cp "$folder/$package"[_.]*.deb "$root/packages/"
  done
  # Where new settings are shipped and the admin has edited the old ones, dpkg asks; the answer here is its default.
  inRoot sh -c 'apt-get install -y -q --no-install-recommends --allow-downgrades -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold /packages/*.deb' >>"$log" 2>&1 || fail "apt-get install $*"
}

freePort() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null ||
    echo $((20000 + RANDOM % 10000))
}

# As an admin does it: in the files, where an upgrade must leave them.
choosePorts() {
  httpPort=$(freePort) tcpPort=$(freePort)
  echo "http.port = $httpPort" >>"$root/etc/netbit/netbit.properties"
  [ ! -f "$root/etc/netbit/plugins/tcp.properties" ] || echo "tcp.port = $tcpPort" >>"$root/etc/netbit/plugins/tcp.properties"
}

# As the unit does it.
startServer() {
  chroot --userspec=netbit:netbit "$root" /usr/bin/netbitd --config /etc/netbit/netbit.properties --data /var/lib/netbit \
    >>"$log" 2>&1 </dev/null &
  server=$!
  for _ in $(seq 200); do
    [ "$(status /readyz)" = 200 ] && return
    kill -0 "$server" 2>/dev/null || fail "netbitd has ended"
    sleep 0.1
  done
  fail "netbitd is not ready"
}

stopServer() {
  kill -TERM "$server"
  wait "$server" || fail "netbitd ended with status $?"
  server=
}

status() { curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$httpPort$1" || true; }
expectStatus() { # code path
  local got
  got=$(status "$2")
  [ "$got" = "$1" ] || fail "$2 answers $got, not $1"
}
api() { # method path [body]
  curl -sf -X "$1" "http://127.0.0.1:$httpPort$2" -H "Authorization: Bearer $token" ${3:+-d "$3"} || fail "$1 $2"
}
expect() { # command of the root, what it prints
  local got
  got=$(inRoot sh -c "$1" 2>>"$log") || fail "$1"
  [ "$got" = "$2" ] || fail "$1: \"$got\", not \"$2\""
}
expectPlugins() { # ids that are live, sorted; no others are there
  expect "netbit plugin list --data /var/lib/netbit | sed 's/^\([^ ]*\) *[^ ]* *live$/\1/' | sort | paste -sd' '" "$1"
}
generation() { inRoot netbit plugin info "$1" --json --data /var/lib/netbit | sed -n 's/.*"generation":\([0-9]*\).*/\1/p'; }
