# Parentheses that would overflow any stack.
echo 'own networks { 127.0.0.0/8, ::1 }'
echo 'limit x {'
printf '\tfor local mail when '
yes '(not' | head -100000 | tr '\n' ' '
echo 'uid = 33'
echo '	allow 9 messages/hour'
echo '	else hold'
echo '}'
