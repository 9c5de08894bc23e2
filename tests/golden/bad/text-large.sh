# More bytes than a policy may have.
yes '# Nothing yet.' | head -c 17000000
