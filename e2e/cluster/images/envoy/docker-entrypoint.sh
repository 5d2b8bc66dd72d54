#!/bin/sh
# As in the official image: flags go to envoy.
if [ "${1#-}" != "$1" ]; then set -- envoy "$@"; fi
exec "$@"
