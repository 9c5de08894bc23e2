# More values than all sets may have, in two files.
echo 'own networks { 127.0.0.0/8, ::1 }'
seq 600000 | sed 's/^/u/' >half.set
echo 'set one from "half.set"'
echo 'set two from "half.set"'
echo 'limit all {'
echo '	for   outbound mail when listener in one or listener in two'
echo '	allow 9 messages/hour'
echo '	else  hold'
echo '}'
