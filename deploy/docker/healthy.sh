#!/bin/bash
# Whether windows leave: asks the worker's own probe. Needs nothing but bash. EDGEFUSION_PORT where it is not 8600.
set -u
exec 3<>"/dev/tcp/127.0.0.1/${EDGEFUSION_PORT:-8600}" || exit 1
printf 'GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[ "$status" = 200 ]
