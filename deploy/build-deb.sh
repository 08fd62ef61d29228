#!/usr/bin/env bash
# Builds the Debian package: deploy/build-deb.sh [amd64|arm64] [FOLDER]
# Self-contained: the robot needs no .NET. Writes FOLDER/edgefusion_VERSION_ARCH.deb (default: artifacts/deb).
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
arch=${1:-$(dpkg --print-architecture)}
out=${2:-$root/artifacts/deb}
case "$arch" in
    amd64) rid=linux-x64 ;;
    arm64) rid=linux-arm64 ;;
    *) echo "build-deb: there are packages for amd64 and arm64, not for '$arch'" >&2; exit 2 ;;
esac
command -v dpkg-deb >/dev/null || { echo "build-deb: dpkg-deb is missing: apt-get install dpkg" >&2; exit 1; }
version=$(sed -nE 's:.*<Version>([^<]+)</Version>.*:\1:p' "$root/Directory.Build.props" | head -n 1)
[ -n "$version" ] || { echo "build-deb: Directory.Build.props names no <Version>" >&2; exit 1; }

"$root/edgefusion" setup
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 0755 "$stage"
program="$stage/usr/lib/edgefusion"
install -d "$program" "$stage/DEBIAN" "$stage/usr/bin" "$stage/etc/edgefusion" "$stage/usr/share/doc/edgefusion"
dotnet publish "$root/src/EdgeFusion.Worker" -c Release -r "$rid" --self-contained -v quiet -nologo \
    -p:PublishReadyToRun=true -p:DebugType=none -o "$program" >&2

# Models lie beside the program, where it looks for them.
install -d "$program/models"
install -m 0644 "$root/models/manifest.schema.json" "$program/models/"
for model in "$root"/models/*/model.onnx; do
    name=$(basename -- "$(dirname -- "$model")")
    cp -r "$root/models/$name" "$program/models/$name"
done
ln -s ../lib/edgefusion/EdgeFusion.Worker "$stage/usr/bin/edgefusion"
install -m 0644 "$root/config/edgefusion.json" "$root/config/edgefusion.schema.json" "$stage/etc/edgefusion/"
install -D -m 0644 "$root/deploy/systemd/edgefusion.service" "$stage/usr/lib/systemd/system/edgefusion.service"
if compgen -G "$root/deploy/udev/*.rules" >/dev/null; then
    install -D -m 0644 -t "$stage/usr/lib/udev/rules.d" "$root"/deploy/udev/*.rules
fi
install -m 0644 "$root/config/README.md" "$stage/usr/share/doc/edgefusion/config.md"
install -m 0644 "$root/README.md" "$stage/usr/share/doc/edgefusion/README.md"
find "$stage" -type d -exec chmod 0755 {} +

cat >"$stage/DEBIAN/control" <<EOF
Package: edgefusion
Version: $version
Architecture: $arch
Maintainer: EdgeFusion <edgefusion@localhost>
Section: science
Priority: optional
Installed-Size: $(du -sk "$stage/usr" | cut -f1)
Depends: libc6, libgcc-s1, libstdc++6, libssl3 | libssl3t64, libmosquitto1, libzstd1, liblz4-1
Recommends: mosquitto, libturbojpeg0 | libturbojpeg, libpng16-16 | libpng16-16t64, libgstreamer1.0-0 | libgstreamer1.0-0t64, gstreamer1.0-plugins-base, gstreamer1.0-plugins-good
Description: sensor fusion for robots, with predictions over MQTT
 Streams camera, microphone, force and joint sensors into time-aligned windows,
 runs a bottleneck-fusion transformer on ONNX Runtime and publishes predictions.
EOF
printf '%s\n' /etc/edgefusion/edgefusion.json /etc/edgefusion/edgefusion.schema.json >"$stage/DEBIAN/conffiles"
cat >"$stage/DEBIAN/postinst" <<'EOF'
#!/bin/sh
set -e
# Installed, not started: the configuration of this robot comes first.
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
EOF
cat >"$stage/DEBIAN/prerm" <<'EOF'
#!/bin/sh
set -e
if [ -d /run/systemd/system ] && [ "$1" = remove ]; then systemctl disable --now edgefusion.service || true; fi
EOF
chmod 0755 "$stage/DEBIAN/postinst" "$stage/DEBIAN/prerm"
mkdir -p "$out"
dpkg-deb --root-owner-group -Zxz --build "$stage" "$out/edgefusion_${version}_$arch.deb"
