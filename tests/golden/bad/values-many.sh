# More values than all sets may have.
echo 'own networks { 127.0.0.0/8, ::1 }'
echo 'limit all { for outbound mail when sender in many allow 9 messages/hour else hold }'
echo 'set many {'
seq 1000001 | sed 's/$/,/'
echo '}'
