# More limits than a policy may have.
echo 'own networks { 127.0.0.0/8, ::1 }'
seq 4001 | sed 's/.*/limit l& { for local mail when uid = & allow 9 messages\/hour else hold }/'
