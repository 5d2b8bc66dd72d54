#!/bin/sh
# As in the official image: what is no program of its own is a command of minio.
[ "$1" = minio ] || set -- minio "$@"
exec "$@"
