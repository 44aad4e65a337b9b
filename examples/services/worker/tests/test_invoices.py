from shop_worker import invoices


def test_total_is_in_the_mail():
    message = invoices.render(12, "ada@example.com", 18900)
    assert message["To"] == "ada@example.com"
    assert "189.00 EUR" in message.get_content()
