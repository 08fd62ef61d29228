#!/usr/bin/env bash
# Checks the models on a machine with an NVIDIA GPU that needs neither .NET nor the internet.
#
#   deploy/gpu-check.sh pack FOLDER [--cpu-only]   here: build the worker with the GPU providers, pack it with the
#                                                  models into parts of at most 60 MiB, and put run.sh beside them
#   sh run.sh [arguments of "edgefusion bench engine"]     there: join, verify, unpack, run
#
# There must be: Linux x64 with glibc, the NVIDIA driver, CUDA 13 and cuDNN 9 (for TensorRT its libraries as well) where
# the loader finds them (LD_LIBRARY_PATH). What is missing is named in the line of the provider that did not work.
# Exit code: 0 all providers agree with training and with the CPU, 3 one does not or did not work, 1 the check failed.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
part_bytes=$((60 * 1024 * 1024))

die() { printf '%s\n' "gpu-check: $*" >&2; exit 1; }

pack() {
    local to=$1 gpu=true stage
    [ "${2:-}" = --cpu-only ] && gpu=false
    mkdir -p "$to"
    to=$(cd -- "$to" && pwd)
    rm -f "$to"/part-* "$to"/parts.sha256
    stage=$(mktemp -d)
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -rf '$stage'" EXIT
    local npm="$root/src/OnnxRuntime.Npm"
    if [ $gpu = true ] && [ ! -d "$npm/node_modules/com.github.asus4.onnxruntime.linux-x64-gpu" ]; then
        (cd "$npm" && npm ci --include=optional --no-audit --no-fund --loglevel=error) \
            || die "the GPU providers could not be installed; try again, or use --cpu-only"
    fi
    dotnet publish "$root/src/EdgeFusion.Worker" -c Release -r linux-x64 --self-contained -v quiet -nologo \
        -p:WithGpuProviders=$gpu -p:DebugType=none -o "$stage/edgefusion" >&2 || die "the build failed"
    mkdir -p "$stage/models"
    local model
    for model in "$root"/models/*/manifest.json; do
        [ -f "$model" ] && cp -R "$(dirname "$model")" "$stage/models/"
    done
    tar -C "$stage" -czf "$stage/bundle.tar.gz" edgefusion models
    split -b $part_bytes -d -a 2 "$stage/bundle.tar.gz" "$to/part-"
    (cd "$to" && sha256sum part-* >parts.sha256)
    write_run >"$to/run.sh"
    (cd "$to" && du -h part-* >&2)
}

write_run() {
    cat <<'EOF'
#!/bin/sh
# Joins the parts beside it, unpacks them below $GPU_CHECK_DIR (default: unpacked, beside it) and checks the
# models in $GPU_CHECK_MODELS (default: the packed ones).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${GPU_CHECK_DIR:-$here/unpacked}
cd "$here"
if [ ! -f "$to/.complete" ] || [ parts.sha256 -nt "$to/.complete" ]; then
    sha256sum -c --quiet parts.sha256 || { echo "gpu-check: a part is missing or damaged; copy it again" >&2; exit 1; }
    rm -rf "$to"
    mkdir -p "$to"
    cat part-* | tar -C "$to" -xzf -
    touch "$to/.complete"
fi
binary="$to/edgefusion/EdgeFusion.Worker"
[ -x "$binary" ] || binary="$to/edgefusion/edgefusion"
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version --format=csv,noheader || true
if [ $# -eq 0 ]; then set -- --providers cuda tensorrt; fi
exec "$binary" bench engine --models "${GPU_CHECK_MODELS:-$to/models}" "$@"
EOF
}

case "${1:-}" in
    pack)
        [ -n "${2:-}" ] || die "pack needs a folder to write to"
        pack "$2" "${3:-}"
        ;;
    *)
        sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
