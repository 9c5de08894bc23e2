<?php
// order.php - an order, and the confirmation that goes out by mail.

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
	$number = preg_replace('/[^\w\[\] ]/', '', $_POST['number'] ?? '');
	$is_sent = mail($_POST['email'] ?? '', "Your order $number",
		"Thank you for your order. The teapot is on its way.\n",
		['From' => 'The teapot shop <shop@example.test>']);
	http_response_code($is_sent ? 200 : 500);
	exit($is_sent ? "Thank you for your order.\n" : "Please try again later.\n");
}
?>
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Order a teapot</title>
<form method="post">
	<p><label>Your address <input name="email" type="email"></label>
	<p><label>Order number <input name="number"></label>
	<p><button>Order one teapot</button>
</form>
