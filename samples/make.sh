#!/usr/bin/env bash
# Makes meeting.opus from meeting.txt: each line "Name: words" is spoken by that person's voice (flite, inside ffmpeg), with a short
# pause between turns. Run it again after a change of the words.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
declare -A voice=([Anna]=slt [David]=rms)
pause_seconds=0.4

turn=0
while IFS=':' read -r name words; do
  turn=$((turn + 1))
  file=$(printf '%s/%03d' "$work" "$turn")
  printf '%s' "$words" >"$file.txt"
  ffmpeg -nostdin -v error -f lavfi -i "flite=textfile=$file.txt:voice=${voice[$name]}" -af "apad=pad_dur=$pause_seconds" "$file.wav"
  printf "file '%s'\n" "$file.wav" >>"$work/turns.txt"
done <meeting.txt

ffmpeg -nostdin -v error -y -f concat -safe 0 -i "$work/turns.txt" -ac 1 -map_metadata -1 -c:a libopus -b:a 32k meeting.opus
