<?php
// index.php - the shop's front page.
?>
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>The teapot shop</title>
<h1>The teapot shop</h1>
<ul>
	<li><a href="order.php">Order a teapot</a></li>
	<li><a href="contact.php">Write to us</a></li>
</ul>
