#!/usr/bin/env bash
# Builds the Debian package: deploy/build-deb.sh [amd64|arm64] [--gpu] [FOLDER]
# Self-contained: the robot needs no .NET; where the run time for the architecture cannot be restored, the package depends
# on that of the robot (aspnetcore-runtime-10.0) and says so. Writes FOLDER/edgefusion_VERSION_ARCH.deb (default: artifacts/deb).
# Either architecture builds on either. --gpu (amd64) adds ONNX Runtime's CUDA and TensorRT providers, some 300 MB.
# On arm64 ONNX Runtime's CPU library comes from the npm package that deploy/arm64 pins.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
arch=${1:-$(dpkg --print-architecture)}
gpu=false
if [ "${2:-}" = --gpu ]; then gpu=true; set -- "$1" "${3:-}"; fi
out=${2:-$root/artifacts/deb}
case "$arch" in
    amd64) rid=linux-x64 machine="Advanced Micro Devices X86-64" ;;
    arm64) rid=linux-arm64 machine=AArch64 ;;
    *) echo "build-deb: there are packages for amd64 and arm64, not for '$arch'" >&2; exit 2 ;;
esac
command -v dpkg-deb >/dev/null || { echo "build-deb: dpkg-deb is missing: apt-get install dpkg" >&2; exit 1; }
version=$(sed -nE 's:.*<Version>([^<]+)</Version>.*:\1:p' "$root/Directory.Build.props" | head -n 1)
[ "$gpu" = false ] || [ "$arch" = amd64 ] || { echo "build-deb: there are GPU providers for amd64 only" >&2; exit 2; }
[ -n "$version" ] || { echo "build-deb: Directory.Build.props names no <Version>" >&2; exit 1; }

"$root/edgefusion" setup
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 0755 "$stage"
program="$stage/usr/lib/edgefusion"
install -d "$program" "$stage/DEBIAN" "$stage/usr/bin" "$stage/etc/edgefusion" "$stage/usr/share/doc/edgefusion"
if [ "$gpu" = true ]; then
    (cd "$root/src/OnnxRuntime.Npm" && npm ci --include=optional --no-audit --no-fund --loglevel=error >&2)
fi
publish() {
    dotnet publish "$root/src/EdgeFusion.Worker" -c Release -v quiet -nologo -p:DebugType=none \
        -p:WithGpuProviders=$gpu -o "$program" "$@"
}
depends=""
# ReadyToRun: compiled ahead, so that the first prediction leaves seconds earlier.
if ! publish -r "$rid" --self-contained -p:PublishReadyToRun=true >"$stage.log" 2>&1; then
    if ! grep -q "NU1101.*Microsoft.NETCore.App.Runtime.$rid" "$stage.log"; then
        cat "$stage.log" >&2
        rm -f "$stage.log"
        exit 1
    fi
    echo "build-deb: no .NET run time for $arch restores here: the package needs aspnetcore-runtime-10.0" >&2
    publish -p:UseAppHost=false >&2
    rm -f "$program"/*.so
    depends=", aspnetcore-runtime-10.0"
    printf '#!/bin/sh\nexec dotnet /usr/lib/edgefusion/EdgeFusion.Worker.dll "$@"\n' >"$program/EdgeFusion.Worker"
    chmod 0755 "$program/EdgeFusion.Worker"
fi
rm -f "$stage.log"
if [ "$arch" = arm64 ]; then
    (cd "$root/deploy/arm64" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
    install -m 0644 "$root/deploy/arm64/node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/libonnxruntime.so.1" \
        "$program/libonnxruntime.so"
fi

# Nothing of the building machine's kind may be left in a package for another.
if command -v readelf >/dev/null; then
    while IFS= read -r -d '' file; do
        head -c 4 "$file" | grep -q ELF || continue
        readelf -h "$file" | grep -q "Machine: *$machine" \
            || { echo "build-deb: $file is not for $arch" >&2; exit 1; }
    done < <(find "$program" -maxdepth 1 -type f -print0)
fi

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
Depends: libc6, libgcc-s1, libstdc++6, libssl3 | libssl3t64, libmosquitto1, libzstd1, liblz4-1$depends
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
# The best level takes minutes on a small machine for little.
dpkg-deb --root-owner-group -Zxz -z2 --build "$stage" "$out/edgefusion_${version}_$arch.deb"
