document.body.textContent = "Whisker";
